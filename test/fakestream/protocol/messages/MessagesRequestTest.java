package fakestream.protocol.messages;

import static fakestream.protocol.messages.MessagesWire.MESSAGES;
import static fakestream.protocol.messages.MessagesWire.TELLING;
import static fakestream.protocol.messages.MessagesWire.event;
import static fakestream.protocol.messages.MessagesWire.json;
import static fakestream.protocol.messages.MessagesWire.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonString;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.RelayedEvent.Progress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The request to the upstream, the bodies that count as its answer, and the events passed through.
final class MessagesRequestTest {
    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'messages':null}", "{'messages':'hi'}", "{'messages':{}}"})
    void refusesARequestWithoutMessages(String request) {
        var refusal = MESSAGES.refusal(json(request)).orElseThrow();
        assertEquals("messages", refusal.object().string("param"));
        assertEquals(Optional.empty(), MESSAGES.refusal(json("{'messages':[]}")));
    }

    @Test
    void requestsTheWholeAnswerAndKeepsEverythingElse() {
        var request = "{'model':'m','stream':%s,'max_tokens':1.0e3,'messages':[{'x':1.0}],"
                + "'tools':[{'name':'t','eager_input_streaming':true}],'stream_options':{}}";
        assertEquals(json(request.formatted(false)), MESSAGES.whole(json(request.formatted(true))));
        assertEquals(json("{'stream':false}"), MESSAGES.whole(json("{}")));
    }

    @Test
    void keepsAMessageUnchanged() throws InvalidAnswer {
        var answer = message("{'type':'text','text':'Hi'}", "'error':null", "'v':1.0");
        assertSame(answer, MESSAGES.answer(answer));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'type':'message'}", "{'type':'message','content':'text'}",
        "{'content':[]}", "{'type':'completion','content':[]}",
        "{'type':'message','content':[null]}", "{'choices':[]}"})
    void refusesOtherBodies(String body) {
        assertEquals("upstream_invalid", refusal(body).object().string("code"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'type':'error','error':{'type':'t','message':'it broke'}}",
        "{'error':{'message':'it broke'}}", "{'type':'error','message':'it broke'}",
        "{'type':'message','content':[],'error':'it broke'}"})
    void refusesAnErrorAsAnAnswer(String body) {
        assertEquals("it broke", refusal(body).message());
    }

    @Test
    void refusesOtherJsonThanObjects() {
        assertThrows(InvalidAnswer.class, () -> MESSAGES.answer(new JsonString("x")));
    }

    @Test
    void passesEventsUnchanged() {
        for (var type : new String[] {"message_start", "ping", "content_block_delta", "new", ""}) {
            var event = event(type, "{\"type\": \"" + type + "\"}");
            var relayed = MESSAGES.relay(event, TELLING);
            assertSame(event, relayed.event());
            assertEquals(Progress.OPEN, relayed.progress());
            assertSame(MESSAGES.heartbeat(), relayed.pause());
        }
    }

    @Test
    void reportsWhetherTheStreamIsWholeOrFailed() {
        assertEquals(Progress.WHOLE, progress("message_stop", "{}"));
        assertEquals(Progress.FAILED, progress("error", "overloaded"));
        assertEquals(Progress.WHOLE, progress("", "{'type':'message_stop'}"));
        assertEquals(Progress.FAILED, progress("", "{'type':'error'}"));
        assertEquals(Progress.FAILED, progress("message", "{'error':{'message':'No.'}}"));
        assertEquals(Progress.FAILED, progress("", "{'code':5,'msg':'No.'}"));
        assertEquals(Progress.OPEN, progress("", "[DONE]"));
        assertEquals(Progress.OPEN, progress("message_delta", "{}"));
    }

    private static Progress progress(String type, String data) {
        return MESSAGES.relay(event(type, data.replace('\'', '"')), TELLING).progress();
    }

    private static ApiError refusal(String body) {
        var failure = assertThrows(InvalidAnswer.class,
                () -> MESSAGES.answer(json(body)));
        assertTrue(failure.getMessage().equals(failure.error().message()));
        return failure.error();
    }
}
