package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The proxy retries failures unseen by the client, until it has sent the first part of an answer.
final class RetryTest {
    private static final String GOOD = Chats.completion("Hello.");
    private static final String EMPTY = Chats.completion("");
    private static final String SOON = "Retry-After-Ms: 1";

    /// Plays each script once, and the last one for every later request.
    private static ScriptedUpstream upstream(Script... scripts) {
        var count = new AtomicInteger();
        return ScriptedUpstream.start(call -> scripts[
                Math.min(count.getAndIncrement(), scripts.length - 1)].play(call));
    }

    private static Script failing(int status, String... fields) {
        return call -> call.json(status, Chats.error("server_error", "null", "Not now."), fields);
    }

    private static Script good() {
        return call -> call.json(200, GOOD);
    }

    private static Stream<Arguments> passing() {
        return Stream.concat(
                Stream.of(408, 429, 500, 502, 503, 504, 520, 527, 529, 530).map(status ->
                        Arguments.of("status " + status, failing(status, SOON))),
                Stream.of(
                        Arguments.of("nothing", answer("")),
                        Arguments.of("HTML", answer("<html>")),
                        Arguments.of("no choices", answer("{\"choices\":[]}")),
                        Arguments.of("an empty answer", answer(EMPTY)),
                        Arguments.of("an overloaded 200", answer(
                                Chats.error("server_error", "503", "Overloaded.")))));
    }

    private static Script answer(String body) {
        return call -> call.json(200, body, SOON);
    }

    /// The proxy sends this request while it still reads it.
    @Test
    void resendsALongRequestUnchanged() {
        var request = Chats.STREAM.replace("Hi", "Hi" + "🙂".repeat(50_000));
        try (var upstream = upstream(failing(503, SOON), good());
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1");
                var client = proxy.stream(request)) {
            assertEquals("Hello.", client.content());
            var first = upstream.call();
            assertTrue(first.body().contains("Hi" + "🙂".repeat(50_000)));
            assertEquals(first.headers().get("content-length"),
                    Integer.toString(first.body().getBytes(StandardCharsets.UTF_8).length));
            assertEquals(first.body(), upstream.call().body());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passing")
    void retriesAfterAFailure(String name, Script failing) {
        try (var upstream = upstream(failing, good(), failing, good());
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals("Hello.", client.content());
            assertEquals(GOOD, proxy.chat(Chats.WHOLE).text());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 409, 413, 418, 422})
    void neverRetriesAfterAClientError(int status) {
        try (var upstream = upstream(failing(status, SOON), good());
                var proxy = TestProxy.before(upstream, "RETRY_MAX=2")) {
            proxy.chat(Chats.STREAM).error(status);
            assertEquals(1, upstream.count());
        }
    }

    @Test
    void obeysXShouldRetry() {
        try (var upstream = upstream(failing(503, SOON, "X-Should-Retry: false"), good());
                var proxy = TestProxy.before(upstream, "RETRY_MAX=2")) {
            proxy.chat(Chats.WHOLE).error(503);
            assertEquals(1, upstream.count());
        }
    }

    @Test
    void stopsAtRetryMaxAndPassesTheLastAnswer() {
        try (var upstream = upstream(failing(503, SOON), failing(500, SOON),
                        failing(429, SOON, "Retry-After: 7"));
                var proxy = TestProxy.before(upstream, "RETRY_MAX=2")) {
            var response = proxy.chat(Chats.STREAM);
            response.error(429);
            assertEquals("7", response.header("retry-after"));
            assertEquals(3, upstream.count());
        }
    }

    @Test
    void waitsForRetryAfter() {
        var started = System.nanoTime();
        try (var upstream = upstream(failing(429, "Retry-After: 1"), good());
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1")) {
            assertEquals(GOOD, proxy.chat(Chats.WHOLE).text());
            assertTrue(Waiting.millisSince(started) >= 1000);
        }
    }

    @Test
    void passesAnAnswerWithALongRetryAfterAtOnce() {
        try (var upstream = upstream(failing(429, "Retry-After: 3600"), good());
                var proxy = TestProxy.before(upstream, "RETRY_MAX=2")) {
            var response = proxy.chat(Chats.STREAM);
            response.error(429);
            assertEquals("3600", response.header("retry-after"));
            assertEquals(1, upstream.count());
        }
    }

    /// An empty answer is still an answer.
    @Test
    void passesAnEmptyAnswerIfAllAreEmpty() {
        try (var upstream = upstream(answer(EMPTY));
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals("", client.content());
            assertTrue(client.ending().whole());
            assertEquals(2, upstream.count());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"reasoning_content\":\"Hm.\"", "\"refusal\":\"No.\"",
        "\"tool_calls\":[{\"function\":{\"name\":\"f\"}}]", "\"content\":\" \""})
    void acceptsAnAnswerWithAnyContent(String member) {
        var answer = EMPTY.replace("\"content\":\"\"", member);
        try (var upstream = upstream(answer(answer));
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1")) {
            assertEquals(answer, proxy.chat(Chats.WHOLE).text());
            assertEquals(1, upstream.count());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"usage\":{\"completion_tokens\":9}", "\"usage\":null"})
    void acceptsAnEmptyAnswerWithCompletionTokens(String usage) {
        var answer = EMPTY.replace("\"created\"", usage + ",\"created\"");
        try (var upstream = upstream(answer(answer));
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1")) {
            assertEquals(answer, proxy.chat(Chats.WHOLE).text());
            assertEquals(usage.contains("9") ? 1 : 2, upstream.count());
        }
    }

    @Test
    void sendsHeartbeatsWhileItRetries() {
        var gate = new CountDownLatch(1);
        try (var upstream = upstream(failing(503, "Retry-After: 1"), call -> {
                    Waiting.open(gate);
                    call.json(200, GOOD);
                });
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1",
                        "HEARTBEAT_INTERVAL_MS=500");
                var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.next().isHeartbeat());
            assertTrue(client.next().isHeartbeat());
            upstream.call();
            upstream.call();
            assertTrue(client.next().isHeartbeat());
            gate.countDown();
            assertEquals("Hello.", client.content());
        }
    }

    /// Fifteen clients meet one fault at once: three of them pause at a time, and the others wait
    /// for their turn.
    @Test
    void servesManyClientsThatFailAtOnce() {
        var failed = new CountDownLatch(15);
        try (var upstream = ScriptedUpstream.start(call -> {
                    if (failed.getCount() > 0) {
                        failed.countDown();
                        Waiting.open(failed);
                        call.json(503, Chats.error("server_error", "null", "Not now."));
                    } else {
                        call.json(200, GOOD);
                    }
                });
                var proxy = TestProxy.before(upstream, "RETRY_MAX=2")) {
            var clients = new HashMap<String, Runnable>();
            for (int i = 0; i < 15; i++) {
                clients.put("client " + i, () -> {
                    try (var client = proxy.stream(Chats.STREAM)) {
                        assertEquals("Hello.", client.content());
                    }
                });
            }
            Waiting.together(clients);
            assertEquals(30, upstream.count());
        }
    }

    @Test
    void stopsRetriesWhenTheClientLeaves() {
        try (var upstream = upstream(failing(503, "Retry-After: 20"), good());
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1", "COMMIT_AFTER_MS=0",
                        "HEARTBEAT_INTERVAL_MS=500");
                var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.next().isHeartbeat());
            upstream.call();
            client.leave();
            assertTrue(proxy.accessLine().contains(" 499 "));
            assertEquals(1, upstream.count());
        }
    }

    @Test
    void endsRetriesAtTheUpstreamTimeout() {
        try (var upstream = upstream(failing(503, "Retry-After: 1"), call -> call.sawClose());
                var proxy = TestProxy.before(upstream, "RETRY_MAX=9",
                        "UPSTREAM_TIMEOUT_MS=1500")) {
            assertEquals("upstream_timeout",
                    proxy.chat(Chats.WHOLE).error(504).string("code"));
            assertEquals(2, upstream.count());
        }
    }

    /// The upstream's own stream has sent no content yet, so another can replace it.
    @ParameterizedTest
    @ValueSource(strings = {"data: [DONE]\n\n", ": thinking\n\n",
        "data: {\"error\":{\"message\":\"Busy.\",\"code\":503}}\n\n"})
    void retriesAfterAStreamWithoutContent(String events) {
        Script stream = call -> {
            call.begin("text/event-stream");
            call.chunk(Chats.event("{\"content\":\"Hello.\"}") + Chats.finish()
                    + "data: [DONE]\n\n");
            call.end();
        };
        try (var upstream = upstream(call -> call.answer(200, "text/event-stream", events, SOON),
                        stream);
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1", "STREAM_MODE=real");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals("Hello.", client.content());
            assertEquals(2, upstream.count());
        }
    }

    @Test
    void neverRetriesAfterContentIsSent() {
        try (var upstream = upstream(call -> {
                    call.begin("text/event-stream");
                    call.chunk(Chats.event("{\"content\":\"Hel\"}"));
                }, good());
                var proxy = TestProxy.before(upstream, "RETRY_MAX=2", "STREAM_MODE=real");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals("upstream_truncated", client.error().string("code"));
            assertFalse(client.ending().whole());
            assertEquals(1, upstream.count());
        }
    }

    @Test
    void passesTheUpstreamsCommentsOnceContentComes() {
        try (var upstream = upstream(call -> {
                    call.begin("text/event-stream");
                    call.chunk(": PROCESSING\n\n");
                    call.chunk(Chats.event("{\"content\":\"Hello.\"}") + Chats.finish()
                            + "data: [DONE]\n\n");
                    call.end();
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.body().startsWith(": PROCESSING\n\ndata: "));
            assertEquals(SseClient.data(client.body()).getLast(), "[DONE]");
        }
    }
}
