import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// A process that a measurement starts and that ends with it: its port, its output, and its cost.
final class Child implements AutoCloseable {
    private static final String LISTENING = "listening on http://127.0.0.1:";
    /// The lines of `GC.heap_info`: Serial has one for each generation, G1 one in all.
    private static final Pattern HEAP_USED = Pattern.compile(
            "(?m)^(?:DefNew|Tenured|garbage-first heap) +total.* used (\\d+)K");

    private final Process process;
    private final int port;

    private Child(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Starts the process; returns once it listens.
    ///
    /// @param hears gets each later line of output, on a separate thread
    static Child start(List<String> command, Consumer<String> hears) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        var reader = process.inputReader(StandardCharsets.UTF_8);
        var port = port(reader, command);
        Thread.ofPlatform().daemon().start(() -> reader.lines().forEach(hears));
        return new Child(process, port);
    }

    static Child startSilentUpstream() throws IOException {
        return start(List.of(java(), "test/bench/SilentUpstream.java"), _ -> { });
    }

    /// The command that runs a source file of this directory, or a jar, with this Java.
    static String java() {
        return ProcessHandle.current().info().command().orElseThrow();
    }

    /// A port that no process listens on now.
    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    /// Writes a line to the standard input of the process.
    void say(String line) throws IOException {
        var writer = process.outputWriter(StandardCharsets.UTF_8);
        writer.write(line + "\n");
        writer.flush();
    }

    /// The processor time that the process has used.
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    long residentKibibytes() throws IOException {
        return residentKibibytes(process);
    }

    static long residentKibibytes(Process process) throws IOException {
        var status = Path.of("/proc", Long.toString(process.pid()), "status");
        return Files.readAllLines(status).stream().filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst().orElseThrow();
    }

    /// The used heap in kibibytes after a collection, which stops the process.
    long heapKibibytes() throws IOException {
        collect();
        var info = jcmd("GC.heap_info");
        var used = HEAP_USED.matcher(info).results().mapToLong(it -> Long.parseLong(it.group(1)));
        return used.reduce(Long::sum).orElseThrow(() -> new IOException("no heap in " + info));
    }

    /// Makes the process collect its garbage.
    void collect() throws IOException {
        jcmd("GC.run");
    }

    /// Makes the process give back memory that its compiler no longer needs.
    void trim() throws IOException {
        jcmd("System.trim_native_heap");
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    private static int port(BufferedReader reader, List<String> command) throws IOException {
        var line = reader.readLine();
        var said = new StringBuilder();
        while (line != null && !line.contains(LISTENING)) {
            said.append(line).append('\n');
            line = reader.readLine();
        }
        if (line == null) {
            throw new IOException(command + " ended before it listened:\n" + said);
        }
        return Integer.parseInt(line.replaceFirst(".*" + LISTENING + "(\\d+).*", "$1"));
    }

    private String jcmd(String what) throws IOException {
        var jcmd = Path.of(java()).resolveSibling("jcmd").toString();
        var asked = new ProcessBuilder(jcmd, Long.toString(process.pid()), what)
                .redirectErrorStream(true).start();
        var answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (asked.onExit().join().exitValue() != 0) {
            throw new IOException("jcmd " + what + ": " + answer);
        }
        return answer;
    }
}
