package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.BEGUN;
import static fakestream.protocol.chat.Chunks.CHAT;
import static fakestream.protocol.chat.Chunks.FRESH;
import static fakestream.protocol.chat.Chunks.REQUEST;
import static fakestream.protocol.chat.Chunks.WITH_USAGE;
import static fakestream.protocol.chat.Chunks.answer;
import static fakestream.protocol.chat.Chunks.answerWith;
import static fakestream.protocol.chat.Chunks.choice;
import static fakestream.protocol.chat.Chunks.chunks;
import static fakestream.protocol.chat.Chunks.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.protocol.ApiError;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ChatHeartbeatTest {
    private static final String HEAD = "data: {\"id\":\"chatcmpl-minted\",\"object\":"
            + "\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"asked\",\"choices\":";

    @Test
    void opensTheStreamWithARoleAndAnEmptyChoice() {
        assertEquals(HEAD + "[{\"index\":0,\"delta\":{\"role\":\"assistant\"},"
                + "\"finish_reason\":null}]}\n\n", heartbeat(REQUEST, FRESH));
    }

    @Test
    void isEmptyOnceTheStreamIsOpen() {
        assertEquals(HEAD + "[{\"index\":0,\"delta\":{},\"finish_reason\":null}]}\n\n",
                heartbeat(REQUEST, BEGUN));
    }

    @Test
    void hasNullUsageIfTheClientAsksForUsage() {
        for (var state : new StreamState[] {FRESH, BEGUN}) {
            assertTrue(heartbeat(WITH_USAGE, state).endsWith("}],\"usage\":null}\n\n"));
        }
    }

    @Test
    void hasAModelEvenIfTheRequestHasNone() {
        assertTrue(heartbeat(json("{}"), FRESH).contains(",\"model\":\"\",\"choices\""));
    }

    @Test
    void remembersThatTheStreamHasBegun() {
        assertEquals(new StreamState("minted", 1700000000, 1, 30), FRESH.afterHeartbeat());
        assertTrue(BEGUN.afterHeartbeat().begun());
    }

    @Test
    void givesItsIdToTheWholeStream() {
        var answer = answer("{'content':'Hi'}").with("usage", json("{}"));
        var chunks = chunks(WITH_USAGE, answer, BEGUN);
        assertEquals(4, chunks.size());
        for (var chunk : chunks) {
            assertEquals("chatcmpl-minted", chunk.string("id"));
            assertEquals("m", chunk.string("model"));
        }
    }

    @Test
    void replacesTheRoleOfTheFirstChoiceOnly() {
        var choices = answerWith(Chunks.value("[{'index':1,'message':{'role':'b','content':''}},"
                + "{'index':0,'message':{'role':'a','content':null}}]"));
        var opening = chunks(REQUEST, choices, BEGUN).getFirst();
        assertEquals(json("{'content':null}"), choice(opening, 0).get("delta"));
        assertEquals(json("{'role':'b','content':''}"), choice(opening, 1).get("delta"));
    }

    @Test
    void leavesTheRoleOfAChoiceWithAnotherIndex() {
        var late = answerWith(Chunks.value("[{'index':1,'message':{'role':'a'}}]"));
        var opening = chunks(REQUEST, late, BEGUN).getFirst();
        assertEquals(json("{'role':'a'}"), choice(opening, 0).get("delta"));
    }

    @Test
    void pausesAReplayWithAnEmptyChunkOfItsOwn() {
        var answer = answerWith(Chunks.value("[{'index':0,'message':{'content':'a'},"
                + "'logprobs':null,'stop_reason':null},{'index':1,'message':{'content':'b'}}]"))
                .with("service_tier", Chunks.value("'t'")).with("provider", Chunks.value("'p'"));
        var pause = (SseEvent.Message) CHAT.replay(REQUEST, answer, FRESH).pause();
        assertEquals("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":17,"
                + "\"model\":\"m\",\"service_tier\":\"t\",\"choices\":[{\"index\":0,\"delta\":{},"
                + "\"logprobs\":null,\"finish_reason\":null},{\"index\":1,\"delta\":{},"
                + "\"finish_reason\":null}]}", pause.data());
    }

    @Test
    void sendsAFailureAsAnErrorEventUnlikeAnAnswer() {
        var failure = CHAT.failure(REQUEST,
                ApiError.upstream("upstream_timeout", "too slow"), FRESH).getFirst();
        assertEquals("event: error\ndata: {\"error\":{\"message\":\"too slow\",\"type\":"
                + "\"upstream_error\",\"param\":null,\"code\":\"upstream_timeout\"}}\n\n",
                new String(failure.bytes(), StandardCharsets.UTF_8));
    }

    private static String heartbeat(JsonObject request, StreamState state) {
        return new String(CHAT.dataHeartbeat(request, state).bytes(),
                StandardCharsets.UTF_8);
    }
}
