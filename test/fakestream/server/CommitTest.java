package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An upstream's failure keeps its status until the proxy sends the first byte. After that, the
/// stream carries the error.
final class CommitTest {
    private static final String BUSY = Chats.error("rate_limit_error", "\"slow_down\"", "Slow.");

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 429, 500, 503, 529})
    void passesAnEarlyFailureUnchanged(int status) {
        var body = "{ \"error\" : {\"message\":\"No…\", \"n\":1.0e0} }\n";
        try (var upstream = ScriptedUpstream.answering(status, body, "Retry-After: 7",
                        "X-Request-Id: req_1", "x-ratelimit-remaining-requests: 0",
                        "x-should-retry: false", "retry-after-ms: 7000");
                var proxy = TestProxy.before(upstream); var client = proxy.stream(Chats.STREAM)) {
            var response = client.response();
            assertEquals(status, response.status());
            assertEquals(body, response.text());
            assertEquals("application/json", response.header("content-type"));
            assertEquals("7", response.header("retry-after"));
            assertEquals("7000", response.header("retry-after-ms"));
            assertEquals("req_1", response.header("x-upstream-request-id"));
            assertEquals("0", response.header("x-ratelimit-remaining-requests"));
            assertEquals("false", response.header("x-should-retry"));
        }
    }

    @Test
    void keepsTheStatusOfAFailureWithAStreamBody() {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(429, "text/event-stream",
                        "data: " + BUSY + "\n\n", "Retry-After: 7"));
                var proxy = TestProxy.before(upstream); var client = proxy.stream(Chats.STREAM)) {
            var response = client.response();
            assertTrue(response.error(429).string("message").contains("Slow."));
            assertEquals("7", response.header("retry-after"));
        }
    }

    @Test
    void keepsAFailureThatComesInPieces() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.head(429, "Content-Length: " + BUSY.length(), "Retry-After: 7");
                    call.send(BUSY.substring(0, 9));
                    call.send(BUSY.substring(9));
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=5000",
                        "HEARTBEAT_INTERVAL_MS=500");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals(429, client.status());
            assertEquals(BUSY, client.body());
        }
    }

    /// An upstream that answers after the commit, and the response that the client sees.
    private static void late(ScriptedUpstream.Script answer, LateCheck check) {
        var committed = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(committed);
                    answer.play(call);
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=20");
                var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.next().isHeartbeat());
            committed.countDown();
            assertEquals(200, client.status());
            check.check(client, client.error());
            assertFalse(client.ending().whole(), "a clean end looks like an empty success");
            assertFalse(client.body().contains("[DONE]"), client.body());
            assertFalse(client.body().contains("finish_reason"), client.body());
            assertTrue(proxy.accessLine().contains(" broken off id="));
        }
    }

    @FunctionalInterface
    private interface LateCheck {
        void check(SseClient client, JsonObject error);
    }

    @Test
    void sendsALateFailureWithTheUpstreamsMessage() {
        late(call -> call.json(429, BUSY, "Retry-After: 7"), (client, error) -> {
            assertEquals(SseClient.HEARTBEAT + "event: error\ndata: " + BUSY + "\n\n",
                    client.body());
            assertEquals("Slow.", error.string("message"));
        });
    }

    @Test
    void breaksOffAQuarterOfASecondAfterAFailure() {
        late(call -> call.json(500, BUSY), (client, _) -> {
            var gap = client.ending().millis() - client.frames().getLast().millis();
            assertTrue(gap > 230, gap + " ms");
        });
    }

    /// The AI SDK decides by the code whether to retry if no word says so.
    @Test
    void addsTheStatusIfNothingElseTellsTheKind() {
        Waiting.together(Map.of(
                "no word", () -> hasCode("\"500\"", 500, "server_error", "null"),
                "a telling word", () -> hasCode("null", 429, "rate_limit_error", "null"),
                "a code", () -> hasCode("\"no_money\"", 402, "billing", "\"no_money\""),
                "a number", () -> hasCode("12", 503, "server_error", "12")));
    }

    private static void hasCode(String told, int status, String type, String code) {
        late(call -> call.json(status, Chats.error(type, code, "No.")), (_, error) ->
                assertEquals(told, error.get("code").toString()));
    }

    @Test
    void convertsALateErrorToOpenAisForm() {
        var checks = new HashMap<String, Runnable>();
        for (var body : List.of("{\"error\":\"No.\"}", "{\"detail\":\"No.\"}",
                "{\"message\":\"No.\"}",
                "{\"error\":{\"message\":\"No.\",\"failed_generation\":\"x\"}}")) {
            checks.put(body, () -> late(call -> call.json(400, body), (_, error) ->
                    assertEquals("No.", error.string("message"))));
        }
        Waiting.together(checks);
    }

    @Test
    void quotesALateFailureThatIsNotJson() {
        late(CommitTest::html, (_, error) -> {
            assertTrue(error.string("message").contains("Bad gateway & co"), error::toString);
            assertFalse(error.string("message").contains("<"), error::toString);
            assertEquals("upstream_not_json", error.string("code"));
        });
    }

    private static void html(Call call) throws IOException {
        call.answer(502, "text/html", "<html><script>x()</script><h1>Bad gateway & co</h1></html>");
    }

    @Test
    void commitsAtOnceIfConfigured() {
        var committed = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(committed);
                    call.json(401, BUSY);
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=0",
                        "HEARTBEAT_INTERVAL_MS=60000");
                var client = proxy.stream(Chats.STREAM)) {
            var beat = client.next();
            assertTrue(beat.isHeartbeat() && beat.millis() < 1000, beat.toString());
            committed.countDown();
            assertEquals("Slow.", client.error().string("message"));
        }
    }
}
