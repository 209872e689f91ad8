package fakestream;

import fakestream.config.Config;
import fakestream.config.LogLevel;
import fakestream.demo.DemoUpstream;
import fakestream.server.ProxyServer;
import fakestream.telemetry.Build;
import fakestream.telemetry.Log;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/// Sends one chat as a whole and one as a stream with a heartbeat, through a proxy and an upstream
/// of its own. This loads the classes of the whole path; otherwise the first client would wait some
/// hundred milliseconds for them. Both servers listen on loopback alone, and for a moment.
final class WarmUp {
    private static final String CHAT = """
            {"model":"demo-echo","messages":[{"role":"user","content":"Hi"}],"stream":""";

    private static final String REQUEST = """
            POST /v1/chat/completions HTTP/1.1
            Host: localhost
            Authorization: Bearer none
            Content-Type: application/json
            Connection: close
            Content-Length:\s""";

    /// The date format that the JDK's server writes in each response.
    private static final String DATE = "EEE, dd MMM yyyy HH:mm:ss zzz";

    private WarmUp() {
    }

    /// Formats a first date, on a thread of its own; this needs no settings. The first date takes
    /// the JDK some 40 ms, half of them for the name of its zone.
    static void begin() {
        Thread.ofPlatform().daemon().name("warm-up").start(() ->
                DateTimeFormatter.ofPattern(DATE, Locale.US).withZone(ZoneId.of("GMT"))
                        .format(Instant.EPOCH));
    }

    /// Warms up, and returns when that is done: after some 150 ms on two cores.
    static void run(Log log) {
        try {
            warmUp();
        } catch (IOException e) {
            log.warn("could not warm up, the first request will be slow: " + e.getMessage());
        }
    }

    private static void warmUp() throws IOException {
        var silent = new PrintStream(OutputStream.nullOutputStream());
        try (var upstream = DemoUpstream.start();
                var proxy = ProxyServer.bind(config(upstream.url()), new Build("", ""),
                        new Log(LogLevel.ERROR, silent, silent)).start()) {
            ask(URI.create(proxy.url()), CHAT + "false}");
            ask(URI.create(proxy.url()), CHAT + "true}");
        }
    }

    /// Sends a chat over a bare socket: an HTTP client would load classes that nothing else needs.
    private static void ask(URI proxy, String chat) throws IOException {
        try (var socket = new Socket(proxy.getHost(), proxy.getPort())) {
            var request = REQUEST + chat.length() + "\n\n" + chat;
            socket.getOutputStream().write(request.replace("\n", "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
    }

    private static Config config(String upstream) {
        return Config.of(Map.of("PORT", "0", "SOURCE_API_URL", upstream, "COMMIT_AFTER_MS", "0",
                "CHUNK_DELAY_MS", "1"));
    }
}
