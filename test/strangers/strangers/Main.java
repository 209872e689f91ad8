package strangers;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Strangers against the installed daemon: thousands of connections without a key that send half a
/// request, nothing, or a byte a second, and that come back whenever they are cut. Beside them one
/// honest client with a key sends a request every 250 ms, each on a new connection. Everything
/// stays on loopback and ends after a fixed time.
///
/// `java strangers.Main LAUNCHER SECONDS OPEN_FILES COUNT`: COUNT connections of each kind
final class Main {
    private static final long LONGEST_MILLIS = 2000;
    private static final long MEMORY_BACK_SECONDS = 60;
    private static final long MEMORY_SLACK = 8 << 20;
    private static final int LONG_SECONDS = 30;
    private static final int WARM_UP_SECONDS = 3;
    private static final int SLOW_SENDERS_SECONDS = 8;
    private static final String KEY = "a-key-of-this-proxy";
    private static final String ANSWER = """
            {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[\
            {"index":0,"finish_reason":"stop",\
            "message":{"role":"assistant","content":"Hello."}}]}""";

    private final List<String> launcher;
    private final int openFiles;
    private final String upstream;
    private int passed;
    private int failed;

    private Main(List<String> launcher, int openFiles, String upstream) {
        this.launcher = launcher;
        this.openFiles = openFiles;
        this.upstream = upstream;
    }

    static void main(String[] args) throws IOException, InterruptedException {
        var upstream = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        upstream.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                var body = ANSWER.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        upstream.start();
        var main = new Main(List.of(args[0]), Integer.parseInt(args[2]),
                "http://127.0.0.1:" + upstream.getAddress().getPort());
        var seconds = Integer.parseInt(args[1]);
        var count = Integer.parseInt(args[3]);
        for (var kinds : kinds(seconds)) {
            main.flood(kinds, count, seconds);
        }
        main.slowSenders();
        upstream.stop(0);
        System.out.printf("%d passed, %d failed, 0 skipped%n", main.passed, main.failed);
        System.exit(main.failed == 0 ? 0 : 1);
    }

    /// Each kind alone, if there is time, and then all at once.
    private static List<List<Flood.Kind>> kinds(int seconds) {
        var all = List.of(Flood.Kind.values());
        return seconds < LONG_SECONDS ? List.of(all)
                : Stream.concat(all.stream().map(List::of), Stream.of(all)).toList();
    }

    /// Strangers of these kinds against a proxy with its own keys.
    private void flood(List<Flood.Kind> kinds, int count, int seconds)
            throws IOException, InterruptedException {
        try (var daemon = Daemon.start(launcher, openFiles, Map.of("SOURCE_API_URL", upstream,
                "PROXY_API_KEYS", KEY, "OPENAI_API_KEY", "sk-upstream", "RETRY_MAX", "0"))) {
            var before = daemon.heap();
            new Honest(daemon.port(), KEY).askFor(WARM_UP_SECONDS);
            var honest = new Honest(daemon.port(), KEY);
            try (var flood = new Flood(daemon.port(), kinds, count)) {
                flood.start();
                honest.askFor(seconds);
                System.out.printf("%s: %s; %s%n", kinds, flood, honest);
            }
            check(kinds + ": the daemon lives", daemon.isAlive());
            check(kinds + ": each honest request is served within " + LONGEST_MILLIS + " ms, "
                    + honest, honest.slowestMillis() <= LONGEST_MILLIS);
            check(kinds + ": memory is back within a minute", isBack(daemon, before));
        }
    }

    /// Six slow bodies with a made-up key, while there are five places.
    private void slowSenders() throws IOException, InterruptedException {
        try (var daemon = Daemon.start(launcher, openFiles, Map.of("SOURCE_API_URL", upstream,
                "MAX_STREAMS", "5", "RETRY_MAX", "0"))) {
            var honest = new Honest(daemon.port(), KEY);
            try (var flood = new Flood(daemon.port(), List.of(Flood.Kind.DRIBBLED_BODY), 6)) {
                flood.start();
                honest.askFor(SLOW_SENDERS_SECONDS);
            }
            check("six slow bodies leave five places to others, " + honest,
                    honest.slowestMillis() <= LONGEST_MILLIS);
        }
    }

    private static boolean isBack(Daemon daemon, long before)
            throws IOException, InterruptedException {
        var until = System.nanoTime() + TimeUnit.SECONDS.toNanos(MEMORY_BACK_SECONDS);
        var now = daemon.heap();
        while (now > before + MEMORY_SLACK && System.nanoTime() < until) {
            TimeUnit.SECONDS.sleep(2);
            now = daemon.heap();
        }
        System.out.printf("heap: %d KB before, %d KB behind it%n", before >> 10, now >> 10);
        return now <= before + MEMORY_SLACK;
    }

    private void check(String what, boolean good) {
        System.out.println((good ? "ok      " : "NOT OK  ") + what);
        passed += good ? 1 : 0;
        failed += good ? 0 : 1;
    }
}
