package memory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// The built jar in its own process, with the launcher's options and a heap of 128 MB.
final class Daemon implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:([0-9]+)");
    private static final Pattern OPTIONS = Pattern.compile("(?s)\noptions='([^']*)'");
    private static final Pattern USED =
            Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\"} (\\S+)$");

    private final Process process;
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final List<String> bugs = new CopyOnWriteArrayList<>();

    private Daemon(Process process) {
        this.process = process;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        Thread.ofPlatform().daemon().start(this::read);
    }

    static Daemon start(Path jar, String upstream, Map<String, String> settings)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        var options = OPTIONS.matcher(Files.readString(Path.of("src/install/fakestream.sh")));
        if (!options.find()) {
            throw new IOException("the launcher has no options");
        }
        command.addAll(List.of(options.group(1).strip().split("\\s+")));
        command.addAll(List.of("-Xmx128m", "-jar", jar.toString()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
        builder.environment().putAll(Map.of("PORT", "0", "SOURCE_API_URL", upstream,
                "METRICS", "true", "HEARTBEAT_INTERVAL_MS", "1000", "RETRY_MAX", "0"));
        builder.environment().putAll(settings);
        return new Daemon(builder.start());
    }

    private void read() {
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(),
                StandardCharsets.UTF_8))) {
            reader.lines().forEach(this::note);
        } catch (IOException | UncheckedIOException _) {
            // The process has ended, and its pipes with it.
        }
    }

    private void note(String line) {
        var url = URL.matcher(line);
        if (!port.isDone() && url.find()) {
            port.complete(Integer.parseInt(url.group(1)));
        }
        if (line.contains("Exception") || line.contains("Error:")
                || line.contains("OutOfMemory") || line.contains("java.lang")) {
            bugs.add(line);
        }
    }

    int port() {
        try {
            return port.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("it does not start: " + bugs, e);
        }
    }

    /// The bytes of reachable objects.
    long heap() throws IOException, InterruptedException {
        for (int i = 0; i < 2; i++) {
            new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                    Long.toString(process.pid()), "GC.run")
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start().waitFor();
        }
        var used = USED.matcher(Exchange.get(port(), "/metrics").text());
        if (!used.find()) {
            throw new IOException("/metrics does not tell the heap");
        }
        return (long) Double.parseDouble(used.group(1));
    }

    /// @throws AssertionError if the daemon has died, had a bug, or does not answer
    void check() throws IOException {
        Check.that(process.isAlive(), "it has died: " + bugs);
        var from = System.nanoTime();
        var next = Exchange.post(port(), Bodies.chat("text", false));
        Check.that(next.status() == 200, "the next request got " + next.status());
        var took = (System.nanoTime() - from) / 1_000_000;
        Check.that(took < 1000, "the next request took " + took + " ms");
        Check.that(bugs.isEmpty(), "bugs in the log: " + bugs);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
