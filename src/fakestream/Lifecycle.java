package fakestream;

import fakestream.config.Config;
import fakestream.config.ConfigException;
import fakestream.config.Setting;
import fakestream.server.ProxyServer;
import fakestream.telemetry.Log;
import fakestream.upstream.Upstream;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Handles the signals of a running daemon. SIGHUP rereads the settings. SIGTERM and SIGINT let
/// open requests finish and then stop the daemon; a second one stops it at once. Each signal has a
/// thread of its own.
final class Lifecycle {
    private static final int STOPPED = 0;
    private static final int KILLED = 128;

    /// Settings that the daemon reads only at its start.
    private static final List<Setting<?>> FIXED = List.of(Setting.HOST, Setting.PORT);

    /// Rereads the settings from their sources.
    @FunctionalInterface
    interface Settings {
        /// @throws ConfigException if a setting is wrong; it lists every problem
        Config read() throws ConfigException;
    }

    private final ProxyServer server;
    private final Settings settings;
    private final Log log;
    private final AtomicBoolean stopping = new AtomicBoolean();
    /// How many SIGHUPs no reading has answered yet.
    private final AtomicInteger signals = new AtomicInteger();
    private volatile Config config;

    Lifecycle(ProxyServer server, Config config, Settings settings, Log log) {
        this.server = server;
        this.config = config;
        this.settings = settings;
        this.log = log;
    }

    /// Handles the signals from now on.
    void begin() {
        handle("TERM", this::stop);
        handle("INT", this::stop);
        handle("HUP", _ -> reload());
    }

    private void handle(String signal, Consumer<Integer> action) {
        if (!Signals.handle(signal, action)) {
            log.info("there is no SIG" + signal + " here");
        }
    }

    private void stop(int signal) {
        if (!stopping.compareAndSet(false, true)) {
            log.warn("stopped at once by a second signal");
            log.flush();
            Runtime.getRuntime().halt(KILLED + signal);
        }
        var grace = config.get(Setting.SHUTDOWN_GRACE_MS);
        log.info("stopping: open requests may go on for " + grace.toMillis() + " ms");
        try {
            log.info(server.shutDown(grace) ? "stopped"
                    : "stopped; requests that were still open have ended with an error");
        } catch (InterruptedException e) {
            log.bug("stopping", e);
        }
        log.flush();
        // The JVM would exit with 143, which counts as a failure.
        Runtime.getRuntime().halt(STOPPED);
    }

    /// Rereads the settings; two readings never overlap. A SIGHUP during a reading causes another
    /// one after it, because the file may have changed since it was read.
    void reload() {
        if (signals.getAndIncrement() > 0) {
            return;
        }
        var reading = log.guarded("reading the settings", this::readAgain);
        int answered;
        do {
            answered = signals.get();
            reading.run();
        } while (signals.addAndGet(-answered) > 0);
    }

    private void readAgain() {
        try {
            var next = settings.read();
            FIXED.stream().filter(setting -> !next.get(setting).equals(config.get(setting)))
                    .forEach(setting -> log.warn(setting + " changes only with a restart"));
            server.reload(next);
            log.change(next, Upstream.redactor(next));
            config = next;
            log.info("the settings were read again, asking " + server.upstreamUrl());
        } catch (ConfigException e) {
            server.keepSettings();
            log.error("the settings stay as they were, because the new ones are wrong: "
                    + String.join("; ", e.problems()));
        }
    }
}
