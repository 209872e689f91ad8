package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers in a deviating form whose meaning is certain: the client gets all their text.
final class NeighbouringShapesTest {
    private static final String DONE = "data: [DONE]\n\n";
    private static final String ANSWER = Chats.completion("Hello, you there.");

    private static List<String> answers() {
        var text = ANSWER.replace("\"message\":{\"role\":\"assistant\",\"content\":"
                + "\"Hello, you there.\"}", "\"text\":\"Hello, you there.\"");
        return List.of(ANSWER, ANSWER.replace("\"message\"", "\"delta\""),
                ANSWER.replace("\"message\"", "\"message\":null,\"delta\""),
                ANSWER.replaceAll("\"message\":.*?}", "\"message\":\"Hello, you there.\""), text,
                text.replace("\"text\"", "\"message\":null,\"text\""));
    }

    private static void check(String type, String body, String... settings) {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, type, body));
                var proxy = TestProxy.before(upstream, settings);
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals("Hello, you there.", client.content(), body);
            assertTrue(client.body().contains("\"finish_reason\":\"stop\""), client::body);
            assertTrue(client.ending().whole());
            var whole = proxy.chat(Chats.WHOLE);
            assertEquals(200, whole.status());
            var choice = (JsonObject) ((JsonArray) whole.json().get("choices")).elements()
                    .getFirst();
            assertEquals("Hello, you there.",
                    ((JsonObject) choice.get("message")).string("content"), whole::text);
            assertFalse(whole.text().contains("[DONE]"), whole::text);
        }
    }

    @ParameterizedTest
    @MethodSource("answers")
    void areSentAsWellFormedAnswers(String answer) {
        check("application/json", answer);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void areReadBeforeTheEndMarkOfAStream(String answer) {
        check("application/json", answer + "\n\n" + DONE);
        check("text/event-stream", answer + "\ndata:[DONE]");
        check("text/event-stream", answer + "\n\n" + DONE, "STREAM_MODE=real");
    }

    @ParameterizedTest
    @MethodSource("answers")
    void areReadFromOneEvent(String answer) {
        check("text/event-stream", "data: " + answer + "\n\n" + DONE);
        check("text/event-stream", ": hi\n\ndata: " + answer + "\n\n", "STREAM_MODE=real");
        check("application/json", "data: " + answer + "\ndata: [DONE]\n", "STREAM_MODE=real");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fake", "real"})
    void areReadFromSeveralEvents(String mode) {
        check("text/event-stream", "data: " + Chats.completion("Hello, ").replace("\"stop\"",
                "null") + "\n\ndata: " + Chats.completion("you there.") + "\n\n" + DONE,
                "STREAM_MODE=" + mode);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GEMINI_ARRAY")
    void areReadFromAnEventInEachApi(Api api) {
        for (var body : List.of("data: " + api.answer() + "\n\n" + DONE,
                api.answer() + "\n\n" + DONE)) {
            for (var mode : List.of("fake", "real")) {
                var stream = api == Api.GEMINI_EVENTS ? body.replace(DONE, "") : body;
                try (var upstream = ScriptedUpstream.start(call ->
                            call.answer(200, "text/event-stream", stream));
                        var proxy = TestProxy.before(upstream, "STREAM_MODE=" + mode,
                                "CHUNK_TARGET_LENGTH=200");
                        var client = api.stream(proxy)) {
                    assertTrue(client.ending().whole(), client::body);
                    assertTrue(client.body().contains(Api.TEXT), client::body);
                    var whole = proxy.request("POST", api.target().replace(
                            ":streamGenerateContent?alt=sse", ":generateContent"),
                            api.request().replace("true", "false"), api.key());
                    assertEquals(200, whole.status());
                    assertTrue(whole.text().contains(Api.TEXT), whole::text);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"message\":{\"role\":\"assistant\",\"content\":\"Hello, you there.\"}",
        "delta\":{\"content\":\"Hello, you there.\"}", "message\":\"Hello, you there.\""})
    void areSentAsTextIfAChatAnswersALegacyCompletion(String told) {
        var answer = Api.COMPLETIONS.answer().replace("text\":\"Hello, you there.\"", told);
        for (var body : List.of(answer, "data: " + answer + "\n\n" + DONE)) {
            try (var upstream = ScriptedUpstream.start(call -> call.json(200, body));
                    var proxy = TestProxy.before(upstream, "CHUNK_TARGET_LENGTH=200");
                    var client = Api.COMPLETIONS.stream(proxy)) {
                var text = "\"text\":\"Hello, you there.\"";
                assertTrue(client.body().contains(text), client::body);
                var whole = proxy.request("POST", "/v1/completions",
                        Api.COMPLETIONS.request().replace("true", "false"), TestProxy.KEY);
                assertTrue(whole.text().contains(text), whole::text);
            }
        }
    }

    @Test
    void getAnIndexForEachCallIfCallsShareOne() {
        var call = "{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\","
                + "\"arguments\":\"{}\"}}]}";
        var events = Chats.event(call) + Chats.event(call.replace("\"a\"", "\"b\""))
                + Chats.finish() + DONE;
        try (var upstream = ScriptedUpstream.start(one ->
                    one.answer(200, "text/event-stream", events));
                var proxy = TestProxy.before(upstream); var client = proxy.stream(Chats.STREAM)) {
            assertEquals(events.replace("{\"index\":0,\"id\":\"b\"", "{\"index\":1,\"id\":\"b\""),
                    client.body());
            assertTrue(client.ending().whole());
        }
    }

    /// The message repeats the deltas and adds nothing.
    @Test
    void areSentOnceIfAMessageRepeatsTheDeltas() {
        var events = Chats.event("{\"role\":\"assistant\",\"content\":\"Hello, \"}")
                + Chats.event("{\"content\":\"you there.\"}") + "data: " + ANSWER + "\n\n" + DONE;
        try (var upstream = ScriptedUpstream.start(call ->
                    call.answer(200, "text/event-stream", events));
                var proxy = TestProxy.before(upstream)) {
            assertEquals(ClientResponse.object(ANSWER), proxy.chat(Chats.WHOLE).json());
        }
    }

    @Test
    void areSentAtOnceIfEventsLackTheBlankLine() {
        var gate = new CountDownLatch(1);
        var first = Chats.event("{\"content\":\"Hello, \"}");
        var second = Chats.event("{\"content\":\"you there.\"}");
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("text/event-stream");
                    call.chunk(first.strip() + "\n" + second.strip() + "\n");
                    Waiting.open(gate);
                    call.chunk(Chats.finish().strip() + "\n" + DONE.strip() + "\n");
                    call.end();
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals(first, client.next().text());
            gate.countDown();
            assertEquals("Hello, you there.", client.content());
            assertEquals("[DONE]", SseClient.data(client.body()).getLast());
            assertTrue(client.ending().whole());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"Busy.\",\n"
            + "    \"status\": \"UNAVAILABLE\"\n  }\n}\n",
        "[{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"Busy.\",\n"
            + "    \"status\": \"UNAVAILABLE\"\n  }\n}\n]\n\n"})
    void keepAnErrorThatIsBareJson(String error) {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "text/event-stream",
                    "data: " + Api.gemini("Hel", "null") + "\r\n\r\n" + error));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = Api.GEMINI_EVENTS.stream(proxy)) {
            assertFalse(client.ending().whole());
            assertTrue(client.body().endsWith("data: {\"error\":{\"code\":503,\"message\":"
                    + "\"Busy.\",\"status\":\"UNAVAILABLE\"}}\n\n"), client::body);
            var whole = proxy.request("POST", "/v1beta/models/g:generateContent",
                    "{\"contents\":[]}", Api.GEMINI_EVENTS.key());
            assertEquals(503, whole.status());
        }
    }

    /// A client that follows the specification would drop the last event, and so the finish.
    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\n\n"})
    void endWithABlankLine(String end) {
        var events = (Chats.event("{\"content\":\"Hello, you there.\"}") + Chats.finish())
                .replace("\n\n", "\n").strip() + end;
        for (var mode : List.of("real", "fake")) {
            try (var upstream = ScriptedUpstream.start(ScriptedUpstream.events(events));
                    var proxy = TestProxy.before(upstream, "STREAM_MODE=" + mode);
                    var client = proxy.stream(Chats.STREAM)) {
                assertEquals("Hello, you there.", client.content());
                assertTrue(client.body().endsWith("\"finish_reason\":\"stop\"}]}\n\n"),
                        client::body);
                assertTrue(client.ending().whole());
            }
        }
    }

    @Test
    void dropHalfAnEventAtTheEnd() {
        var told = Chats.event("{\"content\":\"Hello.\"}") + Chats.finish();
        try (var upstream = ScriptedUpstream.start(
                        ScriptedUpstream.events(told, "data: {\"id\":\"c\",\"cho"));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals(told, client.body());
            assertTrue(client.ending().whole());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"id\":null,", "\"id\":\"\","})
    void giveAToolCallAnId(String id) {
        var call = Chats.event("{\"tool_calls\":[{\"index\":0," + id + "\"function\":{\"name\":"
                + "\"f\",\"arguments\":{\"x\":1}}}]}");
        try (var upstream = ScriptedUpstream.start(
                        ScriptedUpstream.events(call, Chats.finish(), DONE));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.body().contains("\"id\":\"call_"), client::body);
            assertTrue(client.body().contains("\"arguments\":\"{\\\"x\\\":1}\""), client::body);
        }
    }

    /// A gateway ends every stream with OpenAI's `[DONE]`.
    @ParameterizedTest
    @ValueSource(strings = {"", "?alt=sse"})
    void sendNoDoneToGeminisClients(String query) {
        var event = "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":["
                + "{\"text\":\"Hello.\"}]},\"finishReason\":\"STOP\"}]}\n\n";
        try (var upstream = ScriptedUpstream.start(ScriptedUpstream.events(event, DONE));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real")) {
            var response = proxy.request("POST", "/v1beta/models/g:streamGenerateContent" + query,
                    "{\"contents\":[]}", TestProxy.KEY);
            assertFalse(response.text().contains("DONE"), response::text);
            assertTrue(response.text().contains("Hello."), response::text);
        }
    }
}
