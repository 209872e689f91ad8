package fakestream.testing;

import fakestream.server.ProxyServer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The daemon in a separate process, as `java -jar` starts it.
public final class Daemon implements AutoCloseable {
    private final Process process;
    private final BlockingQueue<String> unread = new LinkedBlockingQueue<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private Daemon(Process process) {
        this.process = process;
        read(process.getErrorStream());
    }

    /// Starts it in this directory, with no setting in its environment.
    public static Daemon start(Path directory, String... args) {
        return start(List.of(), directory, args);
    }

    /// Starts it with these options for the JVM, split at blanks.
    public static Daemon startWithOptions(String options, Path directory, String... args) {
        return start(List.of("env", "JDK_JAVA_OPTIONS=" + options), directory, args);
    }

    /// Starts it with a standard output that is never read.
    public static Daemon startUnread(Path directory, String... args) {
        return begin(List.of(), directory, args);
    }

    /// Starts it with a limit on open files.
    public static Daemon startWithOpenFiles(int most, Path directory, String... args) {
        return start(List.of("sh", "-c", "ulimit -n " + most + "; exec \"$@\"", "sh"),
                directory, args);
    }

    private static Daemon start(List<String> launcher, Path directory, String... args) {
        var daemon = begin(launcher, directory, args);
        daemon.read(daemon.process.getInputStream());
        return daemon;
    }

    private static Daemon begin(List<String> launcher, Path directory, String... args) {
        var command = new ArrayList<String>(launcher);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", classPath(), "fakestream.Guard"));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
        try {
            return new Daemon(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The jar, or the classes and the directory of the page.
    private static String classPath() {
        try {
            var code = Path.of(ProxyServer.class.getProtectionDomain()
                    .getCodeSource().getLocation().toURI());
            var root = Path.of(System.getProperty("fakestream.root", "")).toAbsolutePath();
            return code + File.pathSeparator + root;
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private void read(InputStream stream) {
        Thread.ofVirtual().start(() -> {
            try (var reader = new BufferedReader(
                    new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                reader.lines().forEach(line -> {
                    lines.add(line);
                    unread.add(line);
                });
            } catch (IOException | UncheckedIOException _) {
                // The daemon was killed, which closes the streams that this reads.
            }
        });
    }

    /// The next line of either output stream that contains this text.
    public String says(String text) {
        var line = Waiting.next(unread, "'" + text + "'");
        while (!line.contains(text)) {
            line = Waiting.next(unread, "'" + text + "'");
        }
        return line;
    }

    /// All output so far.
    public String said() {
        return String.join("\n", lines);
    }

    /// The URL of the daemon; call this only once.
    public String url() {
        return says("listening on ").replaceFirst(".* listening on (\\S+), asking .*", "$1");
    }

    /// The processor time that the daemon has used.
    public Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /// Stops it as systemd does.
    ///
    /// @return its exit code
    public int stop() {
        process.destroy();
        return exitCode();
    }

    /// Sends it a signal, named without SIG.
    public void signal(String name) {
        try {
            var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()));
            if (kill.inheritIO().start().waitFor() != 0) {
                throw new AssertionError("it takes no signal");
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("no signal could be sent", e);
        }
    }

    /// Waits until it has ended.
    public int exitCode() {
        try {
            if (!process.waitFor(Waiting.SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while it stops", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
