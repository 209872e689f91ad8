package soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// The built jar in its own process, with little memory and short timeouts.
final class Daemon implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:([0-9]+)");
    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("PORT", "0"), Map.entry("HEARTBEAT_INTERVAL_MS", "500"),
            Map.entry("COMMIT_AFTER_MS", "300"), Map.entry("CHUNK_DELAY_MS", "5"),
            Map.entry("REPLAY_MAX_MS", "1000"), Map.entry("UPSTREAM_IDLE_TIMEOUT_MS", "5000"),
            Map.entry("UPSTREAM_TIMEOUT_MS", "15000"), Map.entry("RETRY_MAX", "1"),
            Map.entry("MAX_UPSTREAM_BYTES", "8000000"), Map.entry("MAX_BODY_BYTES", "1000000"),
            Map.entry("CLIENT_WRITE_TIMEOUT_MS", "2000"), Map.entry("STREAM_MODE_MODELS",
                    "real-*=real,auto-*=auto"));

    private final Process process;
    private final List<String> bugs = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> port = new CompletableFuture<>();

    private Daemon(Process process) {
        this.process = process;
        // The process does not outlive the soak, even if the soak is interrupted.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        read(process.getInputStream());
        read(process.getErrorStream());
    }

    static Daemon start(Path jar, String upstream) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(java, "-Xmx256m", "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError", "-jar", jar.toString());
        builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
        builder.environment().putAll(SETTINGS);
        builder.environment().put("SOURCE_API_URL", upstream);
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

    /// An access line with `failed` reports a bug; so does a stack trace.
    private void note(String line) {
        var url = URL.matcher(line);
        if (!port.isDone() && url.find()) {
            port.complete(Integer.parseInt(url.group(1)));
        }
        if (line.contains("Exception") || line.contains("OutOfMemory")
                || line.contains("Error:") || line.endsWith(" failed")) {
            bugs.add(line);
        }
    }

    /// @throws IllegalStateException if the process has ended
    long pid() {
        if (!process.isAlive()) {
            throw new IllegalStateException("it ended with " + process.exitValue() + ": " + bugs);
        }
        return process.pid();
    }

    int port() {
        try {
            return port.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("it does not start: " + bugs, e);
        }
    }

    /// Whether the daemon lives, had no bug, and holds no connection to the upstream any more.
    boolean isGood(Upstream upstream) {
        Soak.complain("bugs in the log", bugs);
        System.out.println("open upstream connections: " + upstream.open());
        return process.isAlive() && bugs.isEmpty() && upstream.open() == 0;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
