package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.CHAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import fakestream.protocol.SseEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole messages after the first event of an upstream's own stream.
final class MessageDeltasTest {
    private static final String ROLE = "{'choices':[{'index':0,'delta':{'role':'assistant',"
            + "'content':''}}]}";

    private static SseEvent.Received received(String data) {
        var json = data.replace('\'', '"');
        return new SseEvent.Received(SseEvent.Message.of(json).bytes(), "", json);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "`{'choices':[{'index':0,'message':{'content':'Hi'},'finish_reason':'stop'}]}`"
                + ",`{'choices':[{'index':0,'finish_reason':'stop','delta':{'content':'Hi'}}]}`",
        "`{'id':'a','choices':[{'index':0,'message':'Hi'}],'x':1.0}`"
                + ",`{'id':'a','choices':[{'index':0,'delta':{'role':'assistant','content':'Hi'}}]"
                + ",'x':1.0}`",
        "`{'choices':[{'index':0,'message':{'tool_calls':[{'id':'c','function':{'name':'f',"
                + "'arguments':'{}'}}]}}]}`"
                + ",`{'choices':[{'index':0,'delta':{'tool_calls':[{'id':'c','function':{'name':"
                + "'f','arguments':'{}'},'index':0}]}}]}`"})
    void becomeTheDeltaAfterARole(String message, String delta) {
        var mending = CHAT.mending();
        var role = received(ROLE);
        assertSame(role, mending.apply(role));
        var mended = mending.apply(received(message));
        assertEquals(delta.replace('\'', '"'), mended.data());
        assertEquals("data: " + mended.data() + "\n\n", new String(mended.bytes()));
    }

    @Test
    void stayUnchangedAfterADelta() {
        var mending = CHAT.mending();
        mending.apply(received("{'choices':[{'index':0,'delta':{'content':'Hi'}}]}"));
        var repetition = received("{'choices':[{'index':0,'message':{'content':'Hi'}}]}");
        assertSame(repetition, mending.apply(repetition));
    }

    @Test
    void stayUnchangedAfterAWholeMessage() {
        var mending = CHAT.mending();
        mending.apply(received("{'choices':[{'index':0,'message':{'content':'Hi'}}]}"));
        var repetition = received("{'choices':[{'index':0,'message':{'content':'Hi'}}]}");
        assertSame(repetition, mending.apply(repetition));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[DONE]", "", "'choices'", "{'choices':5}", "{'choices':[]}",
        "{'choices':[{'index':0,'delta':null}],'message':'x'}",
        "{'choices':[{'index':0,'delta':{'content':'x'},'message':{'content':'x'}}]}"})
    void leaveOtherEventsUnchanged(String data) {
        var event = received(data);
        assertSame(event, CHAT.mending().apply(event));
    }
}
