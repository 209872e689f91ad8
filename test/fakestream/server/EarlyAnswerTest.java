package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An answer that arrives before the first blank line passes as if the keepalive were off.
final class EarlyAnswerTest {
    private static final String ON = "NONSTREAM_KEEPALIVE_MS=60000";

    private static final String PATH = "/v1/embeddings";
    private static final String LONG = "[\"" + "x".repeat(300 * 1024);
    private static final String BUSY = Chats.error("rate_limit_error", "\"slow\"", "Slow.");

    private final CountDownLatch gate = new CountDownLatch(1);

    /// The answer keeps its status, its headers and its coding.
    @Test
    void passesEarlyJsonUntouched() {
        var coded = PassThroughKeepaliveTest.gzipped("{ \"data\":[]}");
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.head(201, "Content-Type: application/json", "Content-Encoding: gzip",
                            "ETag: \"1\"", "Content-Length: " + coded.length);
                    call.send(coded);
                });
                var proxy = TestProxy.before(upstream, ON)) {
            var response = proxy.request("POST", PATH, "{}", TestProxy.KEY);
            assertEquals(201, response.status());
            assertEquals("gzip", response.header("content-encoding"));
            assertEquals("\"1\"", response.header("etag"));
            assertArrayEquals(coded, response.body());
        }
    }

    /// The answer is longer than the proxy collects, and has no end yet.
    @Test
    void streamsALongAnswerThatBeginsEarly() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("application/json");
                    call.chunk(LONG);
                    Waiting.open(gate);
                    call.chunk("\"]");
                    call.end();
                });
                var proxy = TestProxy.before(upstream, ON);
                var client = PassThroughKeepaliveTest.post(proxy, PATH)) {
            client.next();
            gate.countDown();
            assertEquals(LONG + "\"]", client.body());
            assertTrue(client.ending().whole());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "application/json", "application/stream+json"})
    void passesAnEarlyStreamOfAnyKindUntouched(String type) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin(type);
                    call.chunk("data: half");
                    Waiting.open(gate);
                    call.chunk("\n\n");
                    call.end();
                });
                var proxy = TestProxy.before(upstream, ON);
                var client = PassThroughKeepaliveTest.post(proxy, PATH)) {
            assertEquals("data: half", client.next().text());
            assertEquals(type, client.headers().get("content-type"));
            gate.countDown();
            assertEquals("data: half\n\n", client.body());
        }
    }

    @Test
    void keepsTheStatusOfAnEarlyError() {
        try (var upstream = ScriptedUpstream.answering(429, BUSY, "Retry-After: 7");
                var proxy = TestProxy.before(upstream, ON);
                var client = PassThroughKeepaliveTest.post(proxy, PATH)) {
            assertEquals(429, client.status());
            assertEquals(BUSY, client.body());
            assertEquals("7", client.headers().get("retry-after"));
        }
        try (var proxy = TestProxy.before("http://127.0.0.1:1", ON);
                var client = PassThroughKeepaliveTest.post(proxy, PATH)) {
            assertEquals("upstream_unreachable", client.response().error(502).string("code"));
        }
    }
}
