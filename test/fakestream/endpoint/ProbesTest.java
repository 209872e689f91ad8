package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.config.LogLevel;
import fakestream.server.ProxyServer;
import fakestream.telemetry.Build;
import fakestream.telemetry.Log;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The responses to programs that monitor the proxy.
final class ProbesTest {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final ScriptedUpstream upstream = ScriptedUpstream.start(call -> {
        Waiting.open(gate);
        call.json(200, Chats.completion("Hello."));
    });

    @AfterEach
    void close() {
        gate.countDown();
        upstream.close();
    }

    private static void isReady(TestProxy proxy, int status, String word) {
        var response = proxy.request("GET", "/readyz", "");
        assertEquals(status, response.status());
        assertEquals("{\"status\":\"" + word + "\"}", response.text());
        assertEquals("no-store", response.header("cache-control"));
        assertEquals(status, proxy.request("HEAD", "/readyz", "").status());
        lives(proxy);
    }

    private static void lives(TestProxy proxy) {
        assertEquals("{\"status\":\"ok\"}", proxy.request("GET", "/health", "").text());
        for (var path : List.of("/healthz", "/livez", "/health")) {
            var response = proxy.request("GET", path, "");
            assertEquals(200, response.status());
            assertTrue(response.text().startsWith(path.equals("/health") ? "{" : "ok"), path);
            assertEquals("no-store", response.header("cache-control"));
            var head = proxy.request("HEAD", path, "");
            assertEquals(200, head.status());
            assertEquals(response.header("content-type"), head.header("content-type"));
        }
    }

    /// A ready proxy has no slow first request; it serves earlier clients too.
    @Test
    void isNotReadyBeforeTheWarmUpEnds() throws IOException {
        var config = Config.of(Map.of("PORT", "0", "SOURCE_API_URL", upstream.url()));
        var silent = new PrintStream(OutputStream.nullOutputStream());
        gate.countDown();
        try (var server = ProxyServer.bind(config, new Build("", ""),
                        new Log(LogLevel.ERROR, silent, silent)).start();
                var client = RawClient.connect(URI.create(server.url()).getPort())) {
            var starting = client.request("GET", "/readyz", "").response();
            assertEquals(503, starting.status());
            assertEquals("{\"status\":\"starting\"}", starting.text());
            assertEquals(200, client.request("GET", "/healthz", "").response().status());
            assertEquals(200, client.request("POST", "/v1/chat/completions", Chats.WHOLE,
                    TestProxy.KEY).response().status());
            server.ready();
            assertEquals(200, client.request("GET", "/readyz", "").response().status());
        }
    }

    @Test
    void reportsWhetherAPlaceIsFree() {
        try (var proxy = TestProxy.before(upstream, "MAX_STREAMS=1", "COMMIT_AFTER_MS=0");
                var client = proxy.connect()) {
            isReady(proxy, 200, "ready");
            assertTrue(proxy.accessLine().contains(" /readyz 200 "));
            try (var stream = proxy.stream(Chats.STREAM)) {
                assertTrue(stream.next().isHeartbeat());
                isReady(proxy, 503, "saturated");
                gate.countDown();
                assertEquals("Hello.", stream.content());
            }
            // This request waits for the place that the ended stream frees.
            assertEquals(200, client.request("POST", "/v1/chat/completions", Chats.WHOLE,
                    TestProxy.KEY).response().status());
        }
    }

    @Test
    void reportsTheShutdownWhileItRefusesOtherRequests() {
        try (var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=0", "METRICS=true");
                var open = proxy.stream(Chats.STREAM)) {
            assertTrue(open.next().isHeartbeat());
            var ended = new CompletableFuture<Boolean>();
            Thread.ofVirtual().start(() -> {
                try {
                    ended.complete(proxy.server().shutDown(Duration.ofSeconds(30)));
                } catch (InterruptedException e) {
                    ended.completeExceptionally(e);
                }
            });
            while (proxy.request("GET", "/version", "").status() == 200) {
                Thread.onSpinWait();
            }
            isReady(proxy, 503, "draining");
            assertEquals(200, proxy.request("GET", "/metrics", "").status());
            proxy.request("GET", "/", "").error(503);
            gate.countDown();
            assertEquals("Hello.", open.content());
            assertTrue(Waiting.done(ended, "the end"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/healthz", "/livez", "/health", "/readyz", "/version", "/metrics"})
    void answersNoOtherMethodAndNeedsNoKey(String path) {
        try (var proxy = TestProxy.before(upstream, "PROXY_API_KEYS=proxy-key-1",
                        "OPENAI_API_KEY=sk-operator", "METRICS=true")) {
            assertEquals(200, proxy.request("GET", path + "/?a=b", "").status());
            var refused = proxy.request("POST", path, "{}");
            refused.error(405);
            assertEquals("GET, HEAD", refused.header("allow"));
        }
    }

    @Test
    void reportsItsVersion() {
        try (var proxy = TestProxy.before(upstream)) {
            var version = proxy.request("GET", "/version", "").json();
            assertEquals(List.of("version", "revision", "java"),
                    List.copyOf(version.members().keySet()));
            assertEquals("1.2.3", version.string("version"));
            assertEquals("abc", version.string("revision"));
            assertEquals(Runtime.version().toString(), version.string("java"));
        }
    }

    @ParameterizedTest
    @CsvSource({"/, 200", "/index.html, 200", "/app.js, 404", "/app.css, 404"})
    void hidesThePageIfItIsOff(String path, int status) {
        try (var proxy = TestProxy.before(upstream, "TEST_PAGE=false")) {
            var response = proxy.request("GET", path, "");
            assertEquals(status, response.status());
            assertEquals(status == 200, response.text().equals("fakestream is running\n"));
        }
    }

    @Test
    void hidesTheMetricsIfTheyAreOff() {
        try (var proxy = TestProxy.before(upstream)) {
            assertEquals("unknown_url", proxy.request("GET", "/metrics", "").error(404)
                    .string("code"));
        }
        try (var proxy = TestProxy.before(upstream, "METRICS=true")) {
            ClientResponse shown = proxy.request("GET", "/metrics", "");
            assertEquals("text/plain; version=0.0.4; charset=utf-8",
                    shown.header("content-type"));
            assertFalse(shown.text().isEmpty());
        }
    }
}
