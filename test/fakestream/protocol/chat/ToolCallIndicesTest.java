package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.CHAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import fakestream.protocol.SseEvent;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Corrects the indices of tool calls in an upstream's own stream, so that clients can join them.
final class ToolCallIndicesTest {
    private static String event(int choice, String part) {
        return "{'choices':[{'index':" + choice + ",'delta':{'tool_calls':[{" + part + "}]}}]}";
    }

    private static SseEvent.Received received(String data) {
        var json = data.replace('\'', '"');
        return new SseEvent.Received(SseEvent.Message.of(json).bytes(), "", json);
    }

    /// The corrected indices of these parts, all of one choice.
    private static String indices(String... parts) {
        var mending = CHAT.mending();
        return Stream.of(parts).map(part -> mending.apply(received(event(0, part))).data())
                .map(data -> data.replaceAll(".*\"index\":([0-9]+)[^0-9]*.*", "$1"))
                .collect(Collectors.joining(" "));
    }

    @Test
    void becomeDistinctIfTwoCallsShareOne() {
        assertEquals("0 0 1 1 2", indices("'index':0,'id':'a'", "'index':0", "'index':0,'id':'b'",
                "'index':0,'id':''", "'index':0,'id':'c'"));
        assertEquals("0 1 0 1", indices("'index':0,'id':'a'", "'index':0,'id':'b'",
                "'index':0,'id':'a'", "'index':0,'id':'b'"));
        assertEquals("1 2 3", indices("'index':1,'id':'a'", "'index':2,'id':'b'",
                "'index':2,'id':'c'"));
    }

    @Test
    void areAddedIfMissing() {
        assertEquals("0 0 1 1", indices("'id':'a'", "'function':{'arguments':'1'}",
                "'index':null,'id':'b'", "'id':'','function':{'arguments':'1'}"));
    }

    @Test
    void areCountedForEachChoice() {
        var mending = CHAT.mending();
        mending.apply(received(event(0, "'index':0,'id':'a'")));
        var other = received(event(1, "'index':0,'id':'b'"));
        assertSame(other, mending.apply(other));
    }

    @Test
    void leaveACorrectStreamUnchanged() {
        var mending = CHAT.mending();
        for (var part : new String[] {"'index':1,'id':'a'", "'index':1", "'index':0,'id':'b'",
            "'index':0,'x':1.0", "'index':1,'id':'a'"}) {
            var event = received(event(0, part));
            assertSame(event, mending.apply(event));
        }
        for (var data : new String[] {"[DONE]", "", "'tool_calls'", "{'tool_calls':[{}]}",
            "{'choices':[{'delta':{'tool_calls':5}}]}", "{'choices':[{'delta':null}]}"}) {
            var event = received(data);
            assertSame(event, mending.apply(event));
        }
    }
}
