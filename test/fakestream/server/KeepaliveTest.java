package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Blank lines before a whole answer, for clients that do not stream.
final class KeepaliveTest {
    private static final String ON = "NONSTREAM_KEEPALIVE_MS=50";
    private static final String BUSY = Chats.error("rate_limit_error", "\"slow\"", "Slow.");

    @FunctionalInterface
    private interface Check {
        void check(SseClient client);
    }

    /// An upstream that answers after the client has received two blank lines.
    private static void late(Script script, Check check) {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    script.play(call);
                });
                var proxy = TestProxy.before(upstream, ON);
                var client = proxy.stream(Chats.WHOLE)) {
            assertEquals("\n", client.next().text());
            assertEquals("\n", client.next().text());
            gate.countDown();
            assertEquals(200, client.status());
            assertEquals("application/json", client.headers().get("content-type"));
            assertEquals("no", client.headers().get("x-accel-buffering"));
            assertTrue(client.ending().whole());
            assertTrue(client.body().startsWith("\n\n"), client::body);
            check.check(client);
        }
    }

    @Test
    void sendsBlankLinesAndThenTheUnchangedAnswer() {
        var answer = "{ \"id\" : \"x\",\"n\":1.0e0,\"choices\":[{}] }";
        late(call -> call.json(200, answer), client -> {
            assertEquals(answer, client.body().stripLeading());
            assertEquals("x", client.response().json().string("id"));
        });
    }

    @ParameterizedTest
    @EnumSource(value = Api.class, names = {"COMPLETIONS", "RESPONSES", "MESSAGES"})
    void keepsTheWholeAnswersOfEachApiAlive(Api api) {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, api.answer());
                });
                var proxy = TestProxy.before(upstream, ON);
                var client = SseClient.reading(proxy.connect().request("POST", api.target(),
                        api.request().replace("true", "false"), api.key()))) {
            assertEquals("\n", client.next().text());
            gate.countDown();
            assertEquals(api.answer(), client.body().strip());
            assertTrue(client.ending().whole());
        }
    }

    @ParameterizedTest
    @CsvSource({"POST,/v1beta/models/g:generateContent", "GET,/v1/models", "GET,/v1/models/m"})
    void keepsOtherReadAnswersAlive(String method, String target) {
        var gate = new CountDownLatch(1);
        var answer = Api.gemini("Hello.", "\"STOP\"");
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, answer);
                });
                var proxy = TestProxy.before(upstream, ON);
                var client = SseClient.reading(proxy.connect().request(method, target,
                        method.equals("GET") ? "" : "{\"contents\":[]}", TestProxy.KEY))) {
            assertEquals("\n", client.next().text());
            gate.countDown();
            assertEquals(answer, client.body().strip());
            assertTrue(client.ending().whole());
        }
    }

    @Test
    void sendsNoBlankLineForAHead() {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(503, BUSY);
                });
                var proxy = TestProxy.before(upstream, ON, "RETRY_MAX=0");
                var client = proxy.connect()) {
            client.request("HEAD", "/v1/models", "", TestProxy.KEY);
            assertTrue(client.isSilentFor(300));
            gate.countDown();
            assertEquals(503, client.responseWithoutBody().status());
        }
    }

    @Test
    void keepsTheAnswerAliveWhileItComes() {
        var gate = new CountDownLatch(1);
        var answer = Chats.completion("Hello.");
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("application/json");
                    call.chunk(answer.substring(0, 9));
                    Waiting.open(gate);
                    call.chunk(answer.substring(9));
                    call.end();
                });
                var proxy = TestProxy.before(upstream, ON);
                var client = proxy.stream(Chats.WHOLE)) {
            assertEquals("\n", client.next().text());
            gate.countDown();
            assertEquals(answer, client.body().strip());
        }
    }

    @Test
    void sendsNoBlankLineBeforeAQuickAnswer() {
        var answer = Chats.completion("Hello.");
        try (var upstream = ScriptedUpstream.answering(200, answer, "x-request-id: req_1");
                var proxy = TestProxy.before(upstream, "NONSTREAM_KEEPALIVE_MS=60000")) {
            var response = proxy.chat(Chats.WHOLE);
            assertEquals(answer, response.text());
            assertEquals("req_1", response.header("x-upstream-request-id"));
            assertEquals(String.valueOf(answer.length()), response.header("content-length"));
        }
    }

    @Test
    void keepsTheStatusOfAnEarlyError() {
        try (var upstream = ScriptedUpstream.answering(429, BUSY, "Retry-After: 7");
                var proxy = TestProxy.before(upstream, "NONSTREAM_KEEPALIVE_MS=60000")) {
            var response = proxy.chat(Chats.WHOLE);
            assertEquals(429, response.status());
            assertEquals(BUSY, response.text());
            assertEquals("7", response.header("retry-after"));
            proxy.chat("{").error(400);
            proxy.request("POST", "/v1/chat/completions", Chats.WHOLE).error(401);
        }
    }

    @Test
    void sendsALateErrorAsABodyWithAGoodStatus() {
        late(call -> call.json(429, BUSY), client ->
                assertEquals(BUSY, client.body().strip()));
        late(call -> call.answer(502, "text/html", "<h1>Bad gateway</h1>"), client ->
                assertEquals("upstream_not_json", lateError(client).string("code")));
        late(call -> call.reset(), client ->
                assertEquals("upstream_closed", lateError(client).string("code")));
        late(call -> {
            call.begin("application/json");
            call.chunk("{\"choices\":");
        }, client -> assertEquals("upstream_truncated", lateError(client).string("code")));
    }

    private static JsonObject lateError(SseClient client) {
        return ClientResponse.error(client.response().json());
    }

    @Test
    void cancelsTheUpstreamWhenTheClientLeaves() {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose());
                var proxy = TestProxy.before(upstream, ON);
                var client = proxy.stream(Chats.WHOLE)) {
            assertEquals("\n", client.next().text());
            client.leave();
            assertTrue(upstream.call().sawClose() > 0);
            assertTrue(proxy.accessLine().contains(" 499 "));
        }
    }

    /// The proxy sends the whole answer and the end of the body in one write, and the JDK's server
    /// swallows a failure of it.
    @Test
    void logsNoSuccessIfTheClientHasReset() {
        var reset = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(reset);
                    call.json(200, Chats.completion("Hello."));
                });
                var proxy = TestProxy.before(upstream, "NONSTREAM_KEEPALIVE_MS=500");
                var connection = proxy.connect()) {
            connection.request("POST", "/v1/chat/completions", Chats.WHOLE, TestProxy.KEY);
            assertEquals("\n", SseClient.reading(connection).next().text());
            connection.reset();
            reset.countDown();
            var line = proxy.accessLine();
            assertTrue(line.startsWith("POST /v1/chat/completions 499 "), line);
            assertTrue(line.contains(" client left "), line);
        }
    }

    @Test
    void changesNothingForAClientThatStreams() {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, Chats.completion("Hello."));
                });
                var proxy = TestProxy.before(upstream, ON, "COMMIT_AFTER_MS=300");
                var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.next().isHeartbeat());
            gate.countDown();
            assertEquals("Hello.", client.content());
        }
    }

    @Test
    void isOffByDefault() {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(503, BUSY);
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=0",
                        "HEARTBEAT_INTERVAL_MS=500");
                var client = proxy.connect()) {
            client.request("POST", "/v1/chat/completions", Chats.WHOLE, TestProxy.KEY);
            assertTrue(client.isSilentFor(700));
            gate.countDown();
        }
        try (var upstream = ScriptedUpstream.answering(503, BUSY);
                var proxy = TestProxy.before(upstream)) {
            assertFalse(proxy.chat(Chats.WHOLE).headers().containsKey("transfer-encoding"));
        }
    }
}
