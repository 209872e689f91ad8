import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// How long a daemon takes from its start to its first answer: to `GET /api/status` in half of the
/// starts, to a chat that it proxies in the other half, so that neither warms the other. Also the
/// processor time until then, which a busy machine does not blur; then how much memory the daemon
/// holds while it idles, and whether SIGTERM ends it well.
///
/// `java test/bench/Starts.java RUNS COMMAND...`, as in `... 10 java -jar build/fakestream.jar`
final class Starts {
    private static final byte[] ANSWER = """
            {"id":"chatcmpl-1","object":"chat.completion","created":7,"model":"m","choices":[{
            "index":0,"message":{"role":"assistant","content":"Hello."},"finish_reason":"stop"}]}"""
            .getBytes(StandardCharsets.UTF_8);
    private static final String CHAT = """
            {"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}""";
    private static final String STATUS_REQUEST =
            "GET /api/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final String CHAT_REQUEST =
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Authorization: Bearer none\r\nContent-Type: application/json\r\nContent-Length: "
            + CHAT.length() + "\r\n\r\n" + CHAT;
    private static final long LONGEST_START_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final List<String> command;
    private final List<Long> processorTime = new ArrayList<>();
    private final List<Long> memory = new ArrayList<>();

    private Starts(List<String> command) {
        this.command = command;
    }

    static void main(String[] args) throws IOException, InterruptedException {
        var upstream = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, ANSWER.length);
            exchange.getResponseBody().write(ANSWER);
            exchange.close();
        });
        upstream.start();
        var starts = new Starts(Arrays.asList(args).subList(1, args.length));
        starts.measure(Integer.parseInt(args[0]), upstream.getAddress().getPort());
        upstream.stop(0);
    }

    private void measure(int runs, int upstream) throws IOException, InterruptedException {
        var status = new ArrayList<Long>();
        var chat = new ArrayList<Long>();
        for (var i = 0; i < runs; i++) {
            status.add(start(upstream, STATUS_REQUEST, "\"status\":\"ok\""));
            chat.add(start(upstream, CHAT_REQUEST, "Hello."));
        }
        report("first 200 on /api/status", "ms", status);
        report("first proxied answer", "ms", chat);
        report("processor time until then", "ms", processorTime);
        report("resident, idle", "MiB", memory);
    }

    private long start(int upstream, String request, String expected)
            throws IOException, InterruptedException {
        var port = freePort();
        var whole = new ArrayList<>(command);
        whole.addAll(List.of("--port", "" + port, "--upstream", "http://127.0.0.1:" + upstream,
                "--set", "COMMIT_AFTER_MS=600000", "--set", "LOG_LEVEL=error"));
        var started = System.nanoTime();
        var daemon = new ProcessBuilder(whole).inheritIO().start();
        try {
            ask(port, request, expected, started + LONGEST_START_NANOS);
            var took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
            processorTime.add(daemon.info().totalCpuDuration().orElseThrow().toMillis());
            Thread.sleep(1000);
            memory.add(residentMebibytes(daemon));
            return took;
        } finally {
            daemon.destroy();
            if (daemon.waitFor() != 0) {
                System.out.println("SIGTERM ended it with " + daemon.exitValue());
            }
        }
    }

    private static void ask(int port, String request, String expected, long until)
            throws IOException, InterruptedException {
        try (var socket = connect(port, until)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var answer = "";
            while (!answer.contains(expected)) {
                var some = new byte[8192];
                var n = socket.getInputStream().read(some);
                if (n < 0) {
                    throw new IOException("not the answer that was expected: " + answer);
                }
                answer += new String(some, 0, n, StandardCharsets.UTF_8);
            }
        }
    }

    private static Socket connect(int port, long until) throws IOException, InterruptedException {
        while (true) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), port);
            } catch (IOException e) {
                if (System.nanoTime() > until) {
                    throw e;
                }
                Thread.sleep(1);
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static long residentMebibytes(Process daemon) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + daemon.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst().orElse(0);
    }

    private static void report(String what, String unit, List<Long> values) {
        var sorted = values.stream().sorted().toList();
        System.out.printf("%-26s median %d %s, from %d to %d%n", what,
                sorted.get(sorted.size() / 2), unit, sorted.getFirst(), sorted.getLast());
    }
}
