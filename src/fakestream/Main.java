package fakestream;

import fakestream.config.Config;
import fakestream.config.ConfigException;
import fakestream.config.ConfigSources;
import fakestream.config.Given;
import fakestream.config.Setting;
import fakestream.connections.Capacity;
import fakestream.demo.DemoUpstream;
import fakestream.protocol.ClientTable;
import fakestream.server.ProxyServer;
import fakestream.telemetry.Build;
import fakestream.telemetry.Journal;
import fakestream.telemetry.Log;
import fakestream.upstream.HeaderRules;
import fakestream.upstream.Upstream;
import fakestream.upstream.UpstreamUrl;
import fakestream.upstream.way.WayOut;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/// Starts the daemon: reads the command line and the settings, wires the packages, logs where it
/// listens. Exit codes: 0 stopped, 1 could not run, 64 bad command line, 78 bad settings.
final class Main {
    private static final int STOPPED = 0;
    private static final int COULD_NOT_RUN = 1;
    private static final int BAD_COMMAND_LINE = 64;
    private static final int BAD_SETTINGS = 78;

    /// The version and revision of classes outside our jar.
    private static final String UNPACKED = "unpacked+unpacked";

    /// Checks of settings that need other packages than `config`.
    private static final Map<String, Consumer<String>> CHECKS = Map.of(
            Setting.SOURCE_API_URL.name(), UpstreamUrl::parse,
            Setting.FALLBACK_API_URLS.name(), UpstreamUrl::parseAll,
            Setting.FALLBACK_N_API_URL.name(), UpstreamUrl::parse,
            Setting.UPSTREAM_EXTRA_HEADERS_JSON.name(), HeaderRules::parse,
            Setting.FALLBACK_N_EXTRA_HEADERS_JSON.name(), HeaderRules::parse,
            Setting.FORWARD_HEADERS.name(), HeaderRules::checkForwarded,
            Setting.UPSTREAM_PROXY.name(), WayOut::parse);

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;

    Main(PrintStream out, PrintStream err, Map<String, String> environment) {
        this.out = out;
        this.err = err;
        this.environment = environment;
    }

    static void main(String[] args) {
        JdkProperties.set();
        var code = new Main(System.out, System.err, System.getenv()).run(args);
        if (code != STOPPED) {
            System.exit(code);
        }
    }

    /// Runs the command line. A started daemon keeps running after this returns 0.
    int run(String... args) {
        try {
            var commandLine = CommandLine.parse(args);
            return switch (commandLine.action()) {
                case HELP -> print(CommandLine.help());
                case VERSION -> print("fakestream " + build().version() + " (Java "
                        + Runtime.version() + ")");
                case CHECK_CONFIG -> {
                    load(commandLine, Optional.empty());
                    yield print("the settings are good");
                }
                case PRINT_CONFIG -> print(load(commandLine, Optional.empty()).print());
                case RUN -> start(commandLine);
            };
        } catch (CommandLine.UsageException e) {
            err.println("fakestream: " + e.getMessage() + " (--help says more)");
            return BAD_COMMAND_LINE;
        } catch (ConfigException e) {
            e.problems().forEach(err::println);
            return BAD_SETTINGS;
        } catch (IOException e) {
            return cannotStart(e);
        } catch (UncheckedIOException e) {
            // No TLS is available, and the JDK gives the reason four exceptions deep.
            return cannotStart(bottom(e));
        }
    }

    private int cannotStart(Throwable reason) {
        err.println("fakestream cannot start: " + reason.getMessage());
        return COULD_NOT_RUN;
    }

    private static Throwable bottom(Throwable failure) {
        return failure.getCause() == null ? failure : bottom(failure.getCause());
    }

    private int start(CommandLine commandLine) throws ConfigException, IOException {
        WarmUp.begin();
        var demo = commandLine.demo() ? Optional.of(DemoUpstream.start())
                : Optional.<DemoUpstream>empty();
        Lifecycle.Settings settings = () -> load(commandLine, demo);
        var config = settings.read();
        var build = build();
        var log = Log.queued(config, Upstream.redactor(config), Journal.of(environment), out,
                err);
        Runtime.getRuntime().addShutdownHook(new Thread(log::flush));
        var server = ProxyServer.bind(config, build, log);
        server.start();
        new Lifecycle(server, config, settings, log).begin();
        WarmUp.run(log);
        server.ready();
        log.info("fakestream " + build.version() + " listening on " + server.url() + ", asking "
                + server.upstreamUrl());
        demo.ifPresentOrElse(_ -> out.println(DemoUpstream.invitation(server.url())),
                () -> warn(config, log));
        return STOPPED;
    }

    private static void warn(Config config, Log log) {
        if (config.get(Setting.ALLOW_ENV_API_KEY) && config.get(Setting.PROXY_API_KEYS).isEmpty()
                && config.get(Setting.CORS_ALLOW_ORIGIN).contains("*")) {
            log.warn("any web page that a user of this machine opens can spend OPENAI_API_KEY: "
                    + "ALLOW_ENV_API_KEY is true and CORS_ALLOW_ORIGIN is *");
        }
        var commit = config.get(Setting.COMMIT_AFTER_MS);
        var sooner = ClientTable.all().stream()
                .filter(client -> commit.compareTo(client.headersWithin()) > 0)
                .map(client -> client.name() + " after " + client.headersWithin().toSeconds()
                        + " s").toList();
        if (!sooner.isEmpty()) {
            log.warn("COMMIT_AFTER_MS=" + commit.toMillis() + " is longer than some clients wait "
                    + "for a head, so they get it sooner: " + String.join(", ", sooner));
        }
        var connections = Capacity.ofThisProcess().connections();
        if (config.get(Setting.MAX_STREAMS) >= connections) {
            log.warn("MAX_STREAMS=" + config.get(Setting.MAX_STREAMS) + " is more than this "
                    + "process can hold: its open files and its heap allow " + connections
                    + " connections, and further ones are closed without an answer");
        }
    }

    private Config load(CommandLine commandLine, Optional<DemoUpstream> demo)
            throws ConfigException {
        var sources = commandLine.sources(environment, Path.of(""));
        var config = Config.load(demo.map(it -> withDemo(sources, it)).orElse(sources), CHECKS);
        Upstream.check(config);
        return config;
    }

    /// Adds the demo's settings. The demo needs no key, and this key is worthless.
    private static ConfigSources withDemo(ConfigSources sources, DemoUpstream demo) {
        return sources.with(new Given("SOURCE_API_URL", demo.url(), "--demo"))
                .with(new Given("OPENAI_API_KEY", "demo-key", "--demo"))
                .with(new Given("ALLOW_ENV_API_KEY", "true", "--demo"))
                .with(new Given("ALLOW_OPEN_RELAY", "true", "--demo"));
    }

    private int print(String text) {
        out.println(text.stripTrailing());
        return STOPPED;
    }

    /// The build from the jar's manifest: `VERSION+REVISION`.
    private static Build build() {
        var version = Main.class.getPackage().getImplementationVersion();
        var parts = Objects.requireNonNullElse(version, UNPACKED).split("\\+", 2);
        return new Build(parts[0], parts.length < 2 ? "" : parts[1]);
    }
}
