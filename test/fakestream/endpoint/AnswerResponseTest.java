package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.TestProxy;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The response to a client that did not ask for a stream.
final class AnswerResponseTest {
    private static ClientResponse chat(Script script, String... settings) {
        try (var upstream = ScriptedUpstream.start(script);
                var proxy = TestProxy.before(upstream, settings)) {
            return proxy.chat(Chats.WHOLE);
        }
    }

    @ParameterizedTest
    @CsvSource({"200, 0", "201, 1", "400, 2", "429, 3", "500, 4"})
    void passesStatusAndBytes(int status) {
        var body = ("\n\n { \"a\" : [1.0e0, 12345678901234567890123, \"\\u0041\\/ é\"],\r\n"
                + "\t\"choices\":[{}] , \"a\":2 }  \n").getBytes(StandardCharsets.UTF_8);
        var response = chat(call -> call.answer(status, "application/problem+json", body,
                "X-Request-Id: req_1", "Retry-After: 3"));
        assertEquals(status, response.status());
        assertArrayEquals(body, response.body());
        assertEquals("application/json", response.header("content-type"));
        assertEquals("no-store", response.header("cache-control"));
        assertEquals(Integer.toString(body.length), response.header("content-length"));
        assertEquals("req_1", response.header("x-upstream-request-id"));
        assertEquals("3", response.header("retry-after"));
    }

    /// The first bytes, by which the proxy tells events from JSON, and all later bytes arrive.
    @Test
    void passesABodyThatComesInManyPieces() {
        var body = Chats.completion("Hello, in pieces.");
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("application/json");
                    for (var piece : body.split("(?<=\\G.{3})")) {
                        call.chunk(piece);
                    }
                    call.end();
                });
                var proxy = TestProxy.before(upstream, "CHUNK_DELAY_MS=0")) {
            for (int i = 0; i < 20; i++) {
                assertEquals(body, proxy.chat(Chats.WHOLE).text());
                assertEquals("Hello, in pieces.", proxy.stream(Chats.STREAM).content());
            }
        }
    }

    @Test
    void isBadGatewayForAnErrorWithAGoodStatus() {
        var body = Chats.error("server_error", "null", "No.");
        assertEquals(body, chat(call -> call.json(200, body)).error(502).toString()
                .transform(error -> "{\"error\":" + error + "}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "null", "\"Hello.\"", "{\"choices\":{}}",
        "{\"choices\":[null]}", "", "<html>"})
    void isBadGatewayForAnInvalidAnswer(String body) {
        var error = chat(call -> call.json(200, body)).error(502);
        assertTrue(error.string("code").startsWith("upstream_"), error::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false", "null", ""})
    void asksForAWholeAnswerWithAnyStreamMember(String stream) {
        var request = "{\"model\":\"m\",\"temperature\":1.0,\"messages\":[ ],"
                + (stream.isEmpty() ? "" : "\"stream\":" + stream + ",")
                + "\"stream_options\":{\"include_usage\":true},\"seed\":12345678901234567890,"
                + "\"x\":\"\\ud83d\",\"seed\":1e-5}";
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            proxy.chat(request);
            var sent = upstream.call();
            assertEquals("POST /v1/chat/completions HTTP/1.1", sent.requestLine());
            assertEquals("{\"model\":\"m\",\"temperature\":1.0,\"messages\":[],"
                    + (stream.isEmpty() ? "\"seed\":1e-5,\"x\":\"\\ud83d\",\"stream\":false}"
                            : "\"stream\":false,\"seed\":1e-5,\"x\":\"\\ud83d\"}"), sent.body());
        }
    }

    @Test
    void wrapsAnErrorThatIsNotJson() {
        var error = chat(call -> call.answer(503, "text/html",
                "<html><style>h1{}</style><h1>Over\u0000loaded</h1> " + "x".repeat(999),
                "Retry-After: 9"));
        assertEquals("9", error.header("retry-after"));
        var message = error.error(503).string("message");
        assertTrue(message.contains("Over loaded xxx"), message);
        assertTrue(message.length() < 300, message);
        assertFalse(message.contains("<") || message.contains("h1{}"), message);
    }

    @Test
    void wrapsAnErrorWithoutABody() {
        assertEquals("upstream_empty", chat(call -> call.json(500, "")).error(500)
                .string("code"));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 304, 307, 308})
    void followsNoRedirect(int status) {
        try (var elsewhere = ScriptedUpstream.answering(200, Chats.completion("Stolen."));
                var upstream = ScriptedUpstream.answering(status, "{}",
                        "Location: " + elsewhere.url() + "/v1/chat/completions");
                var proxy = TestProxy.before(upstream)) {
            var error = proxy.chat(Chats.WHOLE).error(502);
            assertEquals("upstream_redirect", error.string("code"));
            assertFalse(error.string("message").contains("127.0.0.1"), error::toString);
            assertEquals(1, upstream.count());
            assertEquals(0, elsewhere.count());
        }
    }

    @Test
    void isBadGatewayIfAGoodStatusHasNoJson() {
        assertEquals("upstream_not_json", chat(call -> call.answer(200, "text/html", "<p>Hi"))
                .error(502).string("code"));
        assertEquals("upstream_truncated", chat(call -> call.send("HTTP/1.1 200 OK\r\n"
                + "Content-Length: 99\r\n\r\n{}")).error(502).string("code"));
    }

    @Test
    void foldsAnUnrequestedStream() {
        var events = Chats.event("{\"role\":\"assistant\",\"content\":\"\"}")
                + ": comment\n\n" + Chats.event("{\"content\":\"Hel\"}")
                + Chats.event("{\"content\":\"lo.\"}") + Chats.finish() + "data: [DONE]\n\n";
        var response = chat(call -> call.answer(200, "text/event-stream", events,
                "X-Request-Id: req_1"));
        assertEquals(200, response.status());
        assertEquals("application/json", response.header("content-type"));
        assertEquals("req_1", response.header("x-upstream-request-id"));
        assertEquals(ClientResponse.object(Chats.completion("Hello.")), response.json());
    }

    @Test
    void isBadGatewayIfAnUnrequestedStreamFails() {
        var role = Chats.event("{\"role\":\"assistant\",\"content\":\"Hel\"}");
        var error = "data: " + Chats.error("server_error", "\"x\"", "No.") + "\n\n";
        assertEquals("No.", chat(call -> call.answer(200, "text/event-stream", role + error))
                .error(502).string("message"));
        assertEquals("upstream_truncated", chat(call -> call.answer(200, "text/event-stream",
                role)).error(502).string("code"));
        assertEquals("upstream_truncated", chat(call -> {
            call.begin("text/event-stream");
            call.chunk(role);
        }).error(502).string("code"));
    }

    @Test
    void sendsALargeAnswerWhole() {
        var body = Chats.completion("x".repeat(5_000_000));
        assertEquals(body, chat(call -> call.json(200, body)).text());
    }
}
