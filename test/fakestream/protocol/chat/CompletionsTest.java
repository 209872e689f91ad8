package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CompletionsTest {
    private static final Completions API = new Completions();
    private static final JsonObject REQUEST = json("{'model':'asked','prompt':'Hi'}");
    private static final JsonObject WITH_USAGE = REQUEST.with("stream_options",
            json("{'include_usage':true}"));
    private static final StreamState FRESH = new StreamState("minted", 1700000000, 0, 8);
    private static final String HEAD = "'id':'cmpl-1','object':'text_completion','created':17,"
            + "'model':'m'";
    private static final String LOGPROBS = "{'tokens':['a','b'],'token_logprobs':[-1.0e0,-2],"
            + "'top_logprobs':null,'text_offset':[0,1]}";

    private static JsonObject answer(String choices, String others) {
        return json("{" + HEAD + ",'choices':[" + choices + "]" + others + "}");
    }

    private static String choice(int index, String text, String others) {
        return "{'text':'" + text + "','index':" + index + "," + others
                + "'finish_reason':'length'}";
    }

    private static List<SseEvent> events(JsonObject request, JsonObject answer) {
        return API.replay(request, answer, FRESH).events();
    }

    /// The chunks of a replay, which must end with `[DONE]`.
    private static List<JsonObject> chunks(JsonObject request, JsonObject answer) {
        var data = events(request, answer).stream()
                .map(event -> ((SseEvent.Message) event).data()).toList();
        assertEquals("[DONE]", data.getLast());
        return data.subList(0, data.size() - 1).stream().map(Chunks::json).toList();
    }

    private static List<JsonObject> entries(List<JsonObject> chunks, int position) {
        return chunks.stream().map(chunk -> (JsonObject)
                ((JsonArray) chunk.get("choices")).elements().get(position)).toList();
    }

    private static String text(List<JsonObject> entries) {
        return entries.stream().map(entry -> entry.string("text")).collect(Collectors.joining());
    }

    private static SseEvent.Received received(String type, String data) {
        var text = data.replace('\'', '"');
        return new SseEvent.Received(("data: " + text + "\n\n").getBytes(StandardCharsets.UTF_8),
                type, text);
    }

    private static List<SseEvent.Received> received(JsonObject request, JsonObject answer) {
        return events(request, answer).stream().map(event -> received("",
                ((SseEvent.Message) event).data())).toList();
    }

    @Test
    void requestsTheWholeAnswerWithoutStreamOptions() {
        assertEquals(json("{'model':'m','n':2,'echo':true,'stream':false}"), API.whole(json(
                "{'model':'m','stream':true,'n':2,'stream_options':{'include_usage':true},"
                + "'echo':true}")));
    }

    @Test
    void cutsTextIntoPiecesThatJoin() {
        var text = "One, two and three — 日本語 👩‍👩‍👧 end.";
        var entries = entries(chunks(REQUEST, answer(choice(0, text, ""), "")), 0);
        assertTrue(entries.size() > 3, entries::toString);
        assertEquals(text, text(entries));
        assertTrue(events(REQUEST, answer(choice(0, text, ""), "")).getFirst().piece());
    }

    @Test
    void repeatsTheHeadOfTheAnswerInEveryChunk() {
        for (var chunk : chunks(WITH_USAGE, answer(choice(0, "One, two, three.", ""),
                ",'system_fingerprint':'fp','usage':{'total_tokens':3}"))) {
            assertEquals("cmpl-1", chunk.string("id"));
            assertEquals("text_completion", chunk.string("object"));
            assertEquals(new JsonNumber("17"), chunk.get("created"));
            assertEquals("m", chunk.string("model"));
            assertEquals("fp", chunk.string("system_fingerprint"));
        }
    }

    @Test
    void sendsTwoChoicesSideBySide() {
        var chunks = chunks(REQUEST, answer(choice(0, "Short.", "") + ","
                + choice(1, "This one is quite a bit longer.", ""), ""));
        var one = entries(chunks, 0);
        var two = entries(chunks, 1);
        assertEquals("Short.", text(one));
        assertEquals("This one is quite a bit longer.", text(two));
        for (int i = 0; i < chunks.size(); i++) {
            assertEquals(JsonNumber.of(0), one.get(i).get("index"));
            assertEquals(JsonNumber.of(1), two.get(i).get("index"));
            var reason = i == chunks.size() - 1 ? new JsonString("length") : JsonNull.NULL;
            assertEquals(List.of(reason, reason),
                    List.of(one.get(i).get("finish_reason"), two.get(i).get("finish_reason")));
        }
    }

    @Test
    void sendsLogprobsWholeInTheFirstChunk() {
        var entries = entries(chunks(REQUEST, answer(choice(0, "One, two, three.",
                "'logprobs':" + LOGPROBS + ","), "")), 0);
        assertTrue(entries.size() > 1);
        assertEquals(json(LOGPROBS).toString(), entries.getFirst().get("logprobs").toString());
        assertTrue(entries.stream().skip(1)
                .allMatch(entry -> entry.get("logprobs").equals(JsonNull.NULL)));
    }

    @Test
    void omitsLogprobsIfTheAnswerHasNone() {
        assertFalse(entries(chunks(REQUEST, answer(choice(0, "Hi.", ""), "")), 0).getFirst()
                .has("logprobs"));
    }

    @Test
    void sendsUnaskedUsageWithTheFinish() {
        for (var text : List.of("One, two, three.", "")) {
            var chunks = chunks(REQUEST, answer(choice(0, text, ""),
                    ",'usage':{'total_tokens':3.0}"));
            assertEquals("{\"total_tokens\":3.0}", chunks.getLast().get("usage").toString());
            assertEquals("length", entries(chunks, 0).getLast().string("finish_reason"));
            assertTrue(chunks.subList(0, chunks.size() - 1).stream()
                    .noneMatch(chunk -> chunk.has("usage")));
        }
    }

    @Test
    void sendsRequestedUsageLast() {
        var answer = answer(choice(0, "One, two, three.", ""), ",'usage':{'total_tokens':3.0}");
        var chunks = chunks(WITH_USAGE, answer);
        assertEquals("{\"total_tokens\":3.0}", chunks.getLast().get("usage").toString());
        assertEquals(JsonArray.EMPTY, chunks.getLast().get("choices"));
        assertTrue(chunks.subList(0, chunks.size() - 1).stream()
                .allMatch(chunk -> chunk.get("usage").equals(JsonNull.NULL)));
    }

    @Test
    void keepsUnknownMembers() {
        var chunks = chunks(REQUEST, answer(choice(0, "One, two, three.",
                "'stop_reason':128009,'content_filter_results':{},"),
                ",'prompt_filter_results':[1.0e0],'x':null,'error':null"));
        assertEquals("[1.0e0]", chunks.getFirst().get("prompt_filter_results").toString());
        assertTrue(chunks.getFirst().has("x"));
        assertTrue(chunks.stream().noneMatch(chunk -> chunk.has("error")));
        assertFalse(chunks.getLast().has("prompt_filter_results"));
        var entries = entries(chunks, 0);
        for (var entry : List.of(entries.getFirst(), entries.getLast())) {
            assertEquals(new JsonNumber("128009"), entry.get("stop_reason"));
            assertEquals(JsonObject.EMPTY, entry.get("content_filter_results"));
        }
    }

    @Test
    void sendsAnEmptyTextInOneFinishingChunk() {
        var entries = entries(chunks(REQUEST, answer("{'text':'','finish_reason':''}", "")), 0);
        assertEquals(List.of(json("{'text':'','index':0,'finish_reason':'stop'}")), entries);
    }

    @Test
    void refusesOtherBodies() {
        for (var body : List.of("[]", "{'choices':[]}", "{'choices':[1]}", "{}",
                "{'error':{'message':'No.'},'choices':[{}]}")) {
            assertThrows(InvalidAnswer.class, () -> API.answer(Chunks.value(body)), body);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",'logprobs':null", ",'logprobs':" + LOGPROBS,
        ",'stop_reason':null,'x':{'y':[1.0e0]}"})
    void foldsItsOwnStreamBackIntoTheAnswer(String members) throws InvalidAnswer {
        var answer = answer("{'text':'One, two and three.','index':0" + members
                + ",'finish_reason':'stop'},{'text':'','index':1,'finish_reason':'length'}",
                ",'service_tier':'x','usage':{'total_tokens':3}");
        assertEquals(answer.members().entrySet(),
                API.fold(received(WITH_USAGE, answer)).members().entrySet());
    }

    @Test
    void foldsLogprobsThatComeInParts() throws InvalidAnswer {
        var whole = API.fold(List.of(
                received("", "{'choices':[{'text':'a','index':0,'logprobs':{'tokens':['a'],"
                        + "'token_logprobs':[-1.0e0],'top_logprobs':null,'text_offset':[0]},"
                        + "'finish_reason':null}]}"),
                received("", "{'choices':[{'text':'b','index':0,'logprobs':{'tokens':['b'],"
                        + "'token_logprobs':[-2],'top_logprobs':null,'text_offset':[1]},"
                        + "'finish_reason':null}]}"),
                received("", "{'choices':[{'text':'','index':0,'logprobs':null,"
                        + "'finish_reason':'stop'}]}"),
                received("", "[DONE]")));
        assertEquals(json("{'choices':[{'text':'ab','index':0,'logprobs':" + LOGPROBS
                + ",'finish_reason':'stop'}]}"), whole);
    }

    @Test
    void foldsAStreamWhoseOnlyEndIsDone() throws InvalidAnswer {
        assertEquals(json("{'choices':[{'text':'ab','index':0}]}"), API.fold(List.of(
                received("", "{'choices':[{'text':'a','index':0}]}"),
                received("", "{'choices':[{'text':'b','index':0}]}"), received("", "[DONE]"))));
    }

    @Test
    void refusesToFoldAStreamThatFailsOrBreaksOff() {
        var all = received(REQUEST, answer(choice(0, "One, two, three.", ""), ""));
        assertThrows(InvalidAnswer.class, () -> API.fold(all.subList(0, 1)));
        assertThrows(InvalidAnswer.class, () -> API.fold(List.of()));
        var failed = new ArrayList<>(all);
        failed.add(1, received("", "{'error':{'message':'No.'}}"));
        assertEquals("No.", assertThrows(InvalidAnswer.class, () -> API.fold(failed)).error()
                .message());
    }

    @Test
    void beatsWithAnEmptyChunk() {
        assertSame(SseEvent.HEARTBEAT, API.heartbeat());
        var opening = json(((SseEvent.Message) API.dataHeartbeat(REQUEST, FRESH)).data());
        assertEquals(json("{'id':'cmpl-minted','object':'text_completion','created':1700000000,"
                + "'model':'asked','choices':[{'text':'','index':0,'logprobs':null,"
                + "'finish_reason':null}]}"), opening);
        var begun = API.replay(REQUEST, answer(choice(0, "Hi.", ""), ""), FRESH.afterHeartbeat());
        assertEquals("cmpl-minted", json(((SseEvent.Message) begun.events().getFirst()).data())
                .string("id"), "the name that a heartbeat has told stays");
        var pause = json(((SseEvent.Message) API.replay(REQUEST,
                answer(choice(0, "Hi.", ""), ""), FRESH).pause()).data());
        assertEquals("cmpl-1", pause.string("id"));
        assertEquals("", text(entries(List.of(pause), 0)));
    }

    @Test
    void passesAnUpstreamChunkUnchanged() {
        var event = received("", "{" + HEAD + ",'choices':[{'text':'a','index':0,"
                + "'logprobs':null,'finish_reason':null}]}");
        var relayed = API.relay(event, FRESH);
        assertSame(event, relayed.event());
        assertEquals(Progress.OPEN, relayed.progress());
        assertEquals(json("{" + HEAD + ",'choices':[{'text':'','index':0,'logprobs':null,"
                + "'finish_reason':null}]}"), json(((SseEvent.Message) relayed.pause()).data()));
        assertEquals(Progress.ENDED, API.relay(received("", "[DONE]"), FRESH).progress());
        assertEquals(Progress.WHOLE, API.relay(received("", "{'choices':[{'text':'','index':0,"
                + "'finish_reason':'stop'}]}"), FRESH).progress());
        assertEquals(Progress.FAILED, API.relay(received("", "{'error':{'message':'No.'}}"),
                FRESH).progress());
    }

    @Test
    void passesAChunkWithTheIdOfTheHeartbeats() {
        var relayed = API.relay(received("", "{" + HEAD + ",'choices':[{'text':'a','index':0,"
                + "'finish_reason':null}]}"), FRESH.afterHeartbeat());
        var chunk = json(((SseEvent.Message) relayed.event()).data());
        assertEquals("cmpl-minted", chunk.string("id"));
        assertEquals("a", text(entries(List.of(chunk), 0)));
        assertNull(chunk.get("usage"));
    }

    @Test
    void sendsAFailureAsAnErrorEvent() {
        var events = API.failure(REQUEST, ApiError.upstream("x", "No."), FRESH);
        assertEquals("event: error\ndata: {\"error\":{\"message\":\"No.\",\"type\":"
                + "\"upstream_error\",\"param\":null,\"code\":\"x\"}}\n\n",
                new String(events.getFirst().bytes(), StandardCharsets.UTF_8));
        assertEquals(1, events.size());
    }
}
