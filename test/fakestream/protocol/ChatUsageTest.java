package fakestream.protocol;

import static fakestream.protocol.Chunks.CHAT;
import static fakestream.protocol.Chunks.FRESH;
import static fakestream.protocol.Chunks.WITH_USAGE;
import static fakestream.protocol.Chunks.answer;
import static fakestream.protocol.Chunks.chunks;
import static fakestream.protocol.Chunks.data;
import static fakestream.protocol.Chunks.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
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
    void comesInOneChunkWithoutChoicesBehindAllOthers() {
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
        "{'stream_options':{'include_usage':false}}", "{'stream_options':{'include_usage':null}}",
        "{'stream_options':{'include_usage':'true'}}", "{'stream_options':{'include_usage':1}}"})
    void isNowhereWhereTheClientDidNotAskForIt(String request) {
        assertNoUsage(json(request), ANSWER);
    }

    @Test
    void isNowhereWhereTheAnswerHasNone() {
        assertNoUsage(WITH_USAGE, ANSWER.without("usage"));
        assertNoUsage(WITH_USAGE, ANSWER.with("usage", JsonNull.NULL));
    }

    private static void assertNoUsage(JsonObject request, JsonObject answer) {
        var replay = CHAT.replay(request, answer, FRESH);
        for (var data : data(replay)) {
            assertFalse(data.contains("usage"), data);
            assertFalse(data.contains("\"choices\":[]"), data);
        }
        assertFalse(((SseEvent.Message) replay.pause()).data().contains("usage"));
    }
}
