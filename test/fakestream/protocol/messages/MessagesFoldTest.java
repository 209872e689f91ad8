package fakestream.protocol.messages;

import static fakestream.protocol.messages.MessagesWire.MESSAGES;
import static fakestream.protocol.messages.MessagesWire.event;
import static fakestream.protocol.messages.MessagesWire.json;
import static fakestream.protocol.messages.MessagesWire.message;
import static fakestream.protocol.messages.MessagesWire.received;
import static fakestream.protocol.messages.MessagesWire.replay;
import static fakestream.protocol.messages.MessagesWire.upstream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.SseEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Folds upstream streams, which have forms that our own streams never have.
final class MessagesFoldTest {
    private static final String START = "{'type':'message_start','message':{'id':'i',"
            + "'type':'message','model':'m','content':[],'stop_reason':null,"
            + "'usage':{'input_tokens':9,'output_tokens':1,'cache':3}}}";
    private static final String END = "{'type':'message_delta','delta':{'stop_reason':'%s',"
            + "'stop_sequence':null},'usage':{'output_tokens':7,'cache':null}}";
    private static final String STOP = "{'type':'message_stop'}";

    @Test
    void foldsOurOwnStreamIntoTheSameMessage() throws InvalidAnswer {
        var answer = message("{'type':'text','text':'Hello you','citations':[{'n':1}]},"
                + "{'type':'mcp_tool_use','input':{'a':1.0}},{'type':'new','v':[]}");
        assertEquals(answer, MESSAGES.fold(received(replay(answer))));
    }

    @Test
    void overwritesUsageInsteadOfAddingItUp() throws InvalidAnswer {
        assertEquals(json("{'id':'i','type':'message','model':'m','content':[],"
                + "'stop_reason':'end_turn',"
                + "'usage':{'input_tokens':9,'output_tokens':7,'cache':3},'stop_sequence':null}"),
                MESSAGES.fold(upstream(START, "{'type':'ping'}", END.formatted("end_turn"), STOP)));
    }

    @Test
    void copiesMembersBesideTheDeltaIntoTheMessage() throws InvalidAnswer {
        var end = "{'type':'message_delta','delta':{'stop_reason':null,'container':{'id':'c'}},"
                + "'context_management':{'applied_edits':[]},'new':null}";
        var folded = MESSAGES.fold(upstream(START, end, STOP));
        assertEquals(json("{'id':'c'}"), folded.get("container"));
        assertEquals(json("{'applied_edits':[]}"), folded.get("context_management"));
        assertTrue(folded.has("new") && folded.has("stop_reason"));
    }

    @Test
    void keepsBlocksApartByTheirIndex() throws InvalidAnswer {
        assertEquals(json("{'c':[{'type':'text','text':'ab'},{'type':'text','text':'xy'}]}")
                .get("c"), blocks(start(1, "{'type':'text','text':'x'}"),
                        start(0, "{'type':'text','text':''}"),
                        delta(0, "{'type':'text_delta','text':'a'}"),
                        delta(1, "{'type':'text_delta','text':'y'}"),
                        delta(0, "{'type':'text_delta','text':'b'}"),
                        delta(5, "{'type':'text_delta','text':'lost'}")));
    }

    @Test
    void keepsTheLastSignatureAndUnknownMembers() throws InvalidAnswer {
        assertEquals(json("{'c':[{'type':'thinking','thinking':'ab','signature':'t','n':2}]}")
                .get("c"), blocks(start(0, "{'type':'thinking','thinking':'','signature':''}"),
                        delta(0, "{'type':'thinking_delta','thinking':'a'}"),
                        delta(0, "{'type':'signature_delta','signature':'s'}"),
                        delta(0, "{'type':'thinking_delta','thinking':'b'}"),
                        delta(0, "{'type':'signature_delta','signature':'t'}"),
                        delta(0, "{'type':'delta_of_tomorrow','n':2}")));
    }

    @Test
    void parsesTheJoinedPiecesOfAnInput() throws InvalidAnswer {
        assertEquals(json("{'c':[{'type':'tool_use','input':{'a':1.0}},"
                + "{'type':'server_tool_use','input':{}}]}").get("c"), blocks(
                        start(0, "{'type':'tool_use','input':{}}"),
                        delta(0, "{'type':'input_json_delta','partial_json':''}"),
                        delta(0, "{'type':'input_json_delta','partial_json':'{\\u0022a\\u0022:'}"),
                        delta(0, "{'type':'input_json_delta','partial_json':'1.0}'}"),
                        start(1, "{'type':'server_tool_use','input':{}}"),
                        delta(1, "{'type':'input_json_delta','partial_json':''}")));
    }

    @Test
    void refusesAnIncompleteInputIfItsToolWouldRun() throws InvalidAnswer {
        var events = new String[] {START, start(0, "{'type':'tool_use','input':{}}"),
            delta(0, "{'type':'input_json_delta','partial_json':'{'}"), "", STOP};
        events[3] = END.formatted("tool_use");
        assertEquals("upstream_invalid", refusal(upstream(events)).object().string("code"));
        events[3] = END.formatted("max_tokens");
        assertEquals(json("{'c':[{'type':'tool_use','input':{}}]}").get("c"),
                MESSAGES.fold(upstream(events)).get("content"));
    }

    @Test
    void usesTheNameOfTheFallbackModel() throws InvalidAnswer {
        var folded = MESSAGES.fold(upstream(START,
                start(0, "{'type':'fallback','to':{'model':'other'}}"), STOP));
        assertEquals("other", folded.string("model"));
    }

    @Test
    void readsEventsWithoutAName() throws InvalidAnswer {
        var events = upstream(START, END.formatted("end_turn"), STOP).stream()
                .map(event -> event("", event.data())).toList();
        assertEquals("end_turn", MESSAGES.fold(events).string("stop_reason"));
    }

    @Test
    void refusesAnIncompleteStream() {
        for (var cut : List.of(upstream(), upstream(START), upstream(STOP), upstream(END, STOP),
                upstream(START, END.formatted("end_turn")))) {
            assertEquals("upstream_truncated", refusal(cut).object().string("code"));
        }
    }

    @Test
    void refusesAnErrorAndInvalidJson() {
        var error = "{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}";
        assertEquals("Overloaded", refusal(upstream(START, error, STOP)).message());
        var broken = new ArrayList<>(upstream(START));
        broken.add(event("content_block_delta", "{\"type"));
        assertEquals("the upstream's stream has a content_block_delta event whose data is not a"
                + " JSON object", refusal(broken).message());
    }

    private static JsonArray blocks(String... events) throws InvalidAnswer {
        var all = new ArrayList<>(List.of(START));
        all.addAll(List.of(events));
        all.add(END.formatted("end_turn"));
        all.add(STOP);
        JsonObject folded = MESSAGES.fold(upstream(all.toArray(String[]::new)));
        return (JsonArray) folded.get("content");
    }

    private static ApiError refusal(List<SseEvent.Received> events) {
        return assertThrows(InvalidAnswer.class, () -> MESSAGES.fold(events)).error();
    }

    private static String start(int index, String block) {
        return "{'type':'content_block_start','index':" + index + ",'content_block':" + block + "}";
    }

    private static String delta(int index, String delta) {
        return "{'type':'content_block_delta','index':" + index + ",'delta':" + delta + "}";
    }
}
