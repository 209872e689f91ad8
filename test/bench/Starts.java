import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/// The time from a daemon's start to its first answer. Half of the starts send `GET /api/status`,
/// the other half a chat through the proxy, so that neither warms the other. Also the processor
/// time until then, which does not depend on the load of the machine, and the memory of the idle
/// daemon. Exits with 1 if SIGTERM does not end it well.
///
/// `java test/bench/Starts.java JSON RUNS COMMAND... [-- COMMAND...]`, as in
/// `... build/start.json 10 java -jar build/fakestream.jar -- fakestream`. The aims are for the
/// launcher, which keeps a cache of the loaded classes. The first start creates the cache and is
/// not measured.
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

    private static final double STATUS_AIM_MILLIS = 150;
    private static final double CHAT_AIM_MILLIS = 250;
    private static final double RESIDENT_AIM_MEBIBYTES = 60;

    private final Figures figures;
    private final int upstream;
    private boolean endedWell = true;

    /// One start of a daemon.
    private record Start(double millis, double processorMillis, double residentMebibytes) {
    }

    private Starts(Figures figures, int upstream) {
        this.figures = figures;
        this.upstream = upstream;
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
        var figures = new Figures();
        var starts = new Starts(figures, upstream.getAddress().getPort());
        for (var command : commands(List.of(args).subList(2, args.length))) {
            starts.measure(Integer.parseInt(args[1]), command);
        }
        upstream.stop(0);
        figures.write(Path.of(args[0]));
        System.exit(starts.endedWell ? 0 : 1);
    }

    private static List<List<String>> commands(List<String> words) {
        var end = words.indexOf("--");
        if (end < 0) {
            return List.of(words);
        }
        var all = new ArrayList<>(List.of(words.subList(0, end)));
        all.addAll(commands(words.subList(end + 1, words.size())));
        return all;
    }

    private void measure(int runs, List<String> command) throws IOException, InterruptedException {
        var isLauncher = !command.contains("-jar");
        figures.part(command.stream().map(word -> Path.of(word).getFileName().toString())
                .collect(Collectors.joining(" ", "", ", started " + runs + " times each")));
        var status = new ArrayList<Start>();
        var chat = new ArrayList<Start>();
        start(command, STATUS_REQUEST, "\"status\":\"ok\"");
        for (int i = 0; i < runs; i++) {
            status.add(start(command, STATUS_REQUEST, "\"status\":\"ok\""));
            chat.add(start(command, CHAT_REQUEST, "Hello."));
        }
        report("first 200 on /api/status, ms", status, Start::millis,
                isLauncher ? STATUS_AIM_MILLIS : Figures.NO_AIM);
        report("first proxied answer, ms", chat, Start::millis,
                isLauncher ? CHAT_AIM_MILLIS : Figures.NO_AIM);
        report("processor time until the 200, ms", status, Start::processorMillis, Figures.NO_AIM);
        report("processor time until the answer, ms", chat, Start::processorMillis, Figures.NO_AIM);
        status.addAll(chat);
        report("resident, idle, MiB", status, Start::residentMebibytes, RESIDENT_AIM_MEBIBYTES);
    }

    private Start start(List<String> command, String request, String expected)
            throws IOException, InterruptedException {
        var port = Child.freePort();
        var whole = new ArrayList<>(command);
        whole.addAll(List.of("--config", "/dev/null", "--port", "" + port, "--upstream",
                "http://127.0.0.1:" + upstream, "--set", "COMMIT_AFTER_MS=600000",
                "--set", "LOG_LEVEL=error"));
        var started = System.nanoTime();
        var daemon = new ProcessBuilder(whole).inheritIO().redirectOutput(Redirect.DISCARD).start();
        try {
            ask(port, request, expected, started + LONGEST_START_NANOS);
            var took = System.nanoTime() - started;
            var processor = daemon.info().totalCpuDuration().orElseThrow().toNanos();
            Thread.sleep(1000);
            return new Start(took / 1e6, processor / 1e6,
                    Child.residentKibibytes(daemon) / 1024.0);
        } finally {
            daemon.destroy();
            if (daemon.waitFor() != 0) {
                System.out.println("SIGTERM ended it with " + daemon.exitValue());
                endedWell = false;
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

    private void report(String what, List<Start> starts, ToDoubleFunction<Start> of, double aim) {
        var sorted = starts.stream().mapToDouble(of).sorted().toArray();
        figures.row(what + ", median", sorted[sorted.length / 2], aim);
        figures.row(what + ", least", sorted[0]);
        figures.row(what + ", most", sorted[sorted.length - 1]);
    }
}
