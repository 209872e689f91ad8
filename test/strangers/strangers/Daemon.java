package strangers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// The daemon as its launcher starts it, with a heap of 128 MB and a low limit of open files.
final class Daemon implements AutoCloseable {
    private static final Pattern URL =
            Pattern.compile("listening on http://127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern USED =
            Pattern.compile("(?:DefNew|Tenured) +total \\d+K, used (\\d+)K");

    private final Process process;
    private final CompletableFuture<Integer> port = new CompletableFuture<>();

    private Daemon(Process process) {
        this.process = process;
        // The process does not outlive the test, even if the test is interrupted.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        read(process.getInputStream());
        read(process.getErrorStream());
    }

    /// @param openFiles the limit of open files
    static Daemon start(List<String> launcher, int openFiles, Map<String, String> settings)
            throws IOException {
        var command = new ArrayList<>(List.of("sh", "-c",
                "ulimit -n " + openFiles + " && exec \"$@\"", "sh"));
        command.addAll(launcher);
        var builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> !List.of("PATH", "JAVA_HOME",
                "XDG_CACHE_HOME").contains(name));
        builder.environment().putAll(settings);
        builder.environment().putAll(Map.of("PORT", "0", "JDK_JAVA_OPTIONS", "-Xmx128m",
                "ACCESS_LOG", "off"));
        return new Daemon(builder.start());
    }

    private void read(InputStream stream) {
        Thread.ofPlatform().daemon().start(() -> {
            try (var reader = new BufferedReader(
                    new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                reader.lines().forEach(this::note);
            } catch (IOException | UncheckedIOException _) {
                // The process has ended, and its pipes with it.
            }
        });
    }

    private void note(String line) {
        var url = URL.matcher(line);
        if (!port.isDone() && url.find()) {
            port.complete(Integer.parseInt(url.group(1)));
        } else if (!line.startsWith("NOTE:")) {
            System.out.println("    | " + line);
        }
    }

    /// The port that the daemon listens on.
    int port() throws IOException, InterruptedException {
        try {
            return port.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the daemon did not start", e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// The bytes of the heap in use after a collection; -1 if the daemon has ended.
    long heap() throws IOException, InterruptedException {
        port();
        jcmd("GC.run");
        var used = USED.matcher(jcmd("GC.heap_info"));
        long kilobytes = 0;
        while (used.find()) {
            kilobytes += Long.parseLong(used.group(1));
        }
        return kilobytes << 10;
    }

    private String jcmd(String what) throws IOException, InterruptedException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var child = new ProcessBuilder(jcmd, Long.toString(process.pid()), what)
                .redirectErrorStream(true).start();
        var said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        child.waitFor();
        return said;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
