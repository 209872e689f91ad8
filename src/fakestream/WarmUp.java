package fakestream;

import fakestream.config.Config;
import fakestream.config.LogLevel;
import fakestream.demo.DemoUpstream;
import fakestream.server.Build;
import fakestream.server.Log;
import fakestream.server.ProxyServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

/// Sends one chat through a proxy and an upstream of its own, whole and as a stream with a
/// heartbeat. It loads the classes of the whole way, which would else cost the first client some
/// hundred milliseconds. It listens on loopback alone, and for a moment.
final class WarmUp {
    private static final String CHAT = """
            {"model":"demo-echo","stream":%s,"messages":[{"role":"user","content":"Hi"}]}""";

    private WarmUp() {
    }

    /// Warms up, for as long as that takes: some 300 ms on two cores.
    static void run(Log log) {
        try {
            warmUp();
        } catch (IOException e) {
            log.warn("could not warm up, the first request will be slow: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void warmUp() throws IOException, InterruptedException {
        var silent = new PrintStream(OutputStream.nullOutputStream());
        try (var upstream = DemoUpstream.start();
                var proxy = ProxyServer.bind(config(upstream.url()), new Build("", ""),
                        new Log(LogLevel.ERROR, silent, silent)).start();
                var client = HttpClient.newHttpClient()) {
            var chat = URI.create(proxy.url() + "/v1/chat/completions");
            for (var streamed : new String[] {"false", "true"}) {
                client.send(HttpRequest.newBuilder(chat).header("Authorization", "Bearer none")
                        .POST(BodyPublishers.ofString(CHAT.formatted(streamed))).build(),
                        BodyHandlers.ofString());
            }
        }
    }

    private static Config config(String upstream) {
        return Config.of(Map.of("PORT", "0", "SOURCE_API_URL", upstream, "COMMIT_AFTER_MS", "0",
                "CHUNK_DELAY_MS", "1"));
    }
}
