package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.CHAT;
import static fakestream.protocol.chat.Chunks.FRESH;
import static fakestream.protocol.chat.Chunks.WITH_USAGE;
import static fakestream.protocol.chat.Chunks.answer;
import static fakestream.protocol.chat.Chunks.chunks;
import static fakestream.protocol.chat.Chunks.data;
import static fakestream.protocol.chat.Chunks.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.protocol.ClientProfile;
import fakestream.protocol.ClientProfile.Need;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatUsageTest {
    private static final JsonObject ANSWER = answer("{'role':'assistant','content':'Hello. You!'}")
            .with("usage", json("{'prompt_tokens':1,'cost':0.10,'details':{'x':null}}"))
            .with("service_tier", JsonNull.NULL)
            .with("system_fingerprint", Chunks.value("'fp'"))
            .with("provider", Chunks.value("'p'"));

    @Test
    void comesLastInOneChunkWithoutChoices() {
        var data = data(CHAT.replay(WITH_USAGE, ANSWER, FRESH));
        assertEquals("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":17,"
                + "\"model\":\"m\",\"system_fingerprint\":\"fp\",\"service_tier\":null,"
                + "\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"cost\":0.10,"
                + "\"details\":{\"x\":null}}}", data.get(data.size() - 2));
        assertEquals("[DONE]", data.getLast());
    }

    @Test
    void isNullInEveryOtherChunk() {
        var chunks = chunks(WITH_USAGE, ANSWER, FRESH);
        assertTrue(chunks.size() > 3);
        for (var chunk : chunks.subList(0, chunks.size() - 1)) {
            assertEquals(JsonNull.NULL, chunk.get("usage"));
        }
        var pause = CHAT.replay(WITH_USAGE, ANSWER, FRESH).pause();
        assertTrue(((SseEvent.Message) pause).data().endsWith(",\"usage\":null}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'stream_options':null}", "{'stream_options':{}}",
        "{'stream_options':true}", "{'include_usage':true}",
        "{'stream_options':{'include_usage':null}}", "{'stream_options':{'include_usage':'true'}}",
        "{'stream_options':{'include_usage':1}}"})
    void comesWithTheFinishIfTheClientDoesNotMentionIt(String request) {
        var chunks = chunks(json(request), ANSWER, FRESH);
        var last = chunks.getLast();
        assertEquals(ANSWER.get("usage").toString(), last.get("usage").toString());
        assertEquals("stop", Chunks.choice(last, 0).string("finish_reason"));
        assertFalse(last.has("x_groq"));
        for (var chunk : chunks.subList(0, chunks.size() - 1)) {
            assertFalse(chunk.has("usage"));
        }
        var pause = (SseEvent.Message) CHAT.replay(json(request), ANSWER, FRESH).pause();
        assertFalse(pause.data().contains("usage"));
    }

    @Test
    void comesOnceWithTheFinishOfAllChoices() {
        var answer = Chunks.answerWith(Chunks.value("[{'index':0,'message':{'content':'a'}},"
                + "{'index':1,'message':{'content':'b'}}]")).with("usage", ANSWER.get("usage"));
        var told = chunks(Chunks.REQUEST, answer, FRESH).stream()
                .filter(chunk -> chunk.has("usage")).toList();
        assertEquals(1, told.size());
        assertEquals("stop", Chunks.choice(told.getFirst(), 1).string("finish_reason"));
    }

    @Test
    void comesAlsoAsXGroqForGroqClients() {
        for (var groq : new String[] {"{'id':'r','usage':{'total_tokens':3}}", "null", ""}) {
            var answer = groq.isEmpty() ? ANSWER : ANSWER.with("x_groq", Chunks.value(groq));
            var last = chunks(Chunks.REQUEST, answer, to(Need.USAGE_IN_X_GROQ))
                    .getLast();
            assertEquals(ANSWER.get("usage"), last.get("usage"));
            var told = (JsonObject) last.get("x_groq");
            assertEquals(ANSWER.get("usage"), told.get("usage"));
            assertEquals(groq.contains("'r'"), told.has("id"));
        }
    }

    @Test
    void isOmittedForAClientThatFailsOnIt() {
        assertNoUsage(Chunks.REQUEST, ANSWER, to(Need.NO_UNASKED_USAGE));
    }

    @Test
    void comesForEveryClientThatAsksForIt() {
        for (var need : Need.values()) {
            assertEquals(data(CHAT.replay(WITH_USAGE, ANSWER, FRESH)),
                    data(CHAT.replay(WITH_USAGE, ANSWER, to(need))));
        }
    }

    /// The state of a stream to a client with this need.
    private static StreamState to(Need need) {
        return new StreamState(FRESH.id(), FRESH.created(), 0, FRESH.pieceLength(),
                ClientProfile.named("test").needing(need));
    }

    @Test
    void isOmittedIfTheClientRefusesIt() {
        assertNoUsage(json("{'stream_options':{'include_usage':false}}"), ANSWER, FRESH);
    }

    @Test
    void isOmittedIfTheAnswerHasNone() {
        for (var request : new JsonObject[] {WITH_USAGE, Chunks.REQUEST}) {
            assertNoUsage(request, ANSWER.without("usage"), FRESH);
            assertNoUsage(request, ANSWER.with("usage", JsonNull.NULL), FRESH);
        }
    }

    private static void assertNoUsage(JsonObject request, JsonObject answer, StreamState state) {
        var replay = CHAT.replay(request, answer, state);
        for (var data : data(replay)) {
            assertFalse(data.contains("usage"), data);
            assertFalse(data.contains("\"choices\":[]"), data);
        }
        assertFalse(((SseEvent.Message) replay.pause()).data().contains("usage"));
    }
}
