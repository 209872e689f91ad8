package fakestream.protocol.messages;

import static fakestream.protocol.messages.MessagesWire.MESSAGES;
import static fakestream.protocol.messages.MessagesWire.TELLING;
import static fakestream.protocol.messages.MessagesWire.blocks;
import static fakestream.protocol.messages.MessagesWire.data;
import static fakestream.protocol.messages.MessagesWire.json;
import static fakestream.protocol.messages.MessagesWire.message;
import static fakestream.protocol.messages.MessagesWire.replay;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.protocol.SseEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The stream of a whole message, event by event.
final class MessagesReplayTest {
    private static final String STOP = "{'type':'content_block_stop','index':0}";

    @Test
    void streamsAWholeMessage() {
        var answer = message("{'type':'text','text':'Hi'}");
        assertEquals(List.of(
                "{'type':'message_start','message':{'id':'msg_1','type':'message',"
                        + "'role':'assistant','model':'m','content':[],'stop_reason':null,"
                        + "'stop_sequence':null,"
                        + "'usage':{'input_tokens':5,'output_tokens':0,'x':1.0}}}",
                start("{'type':'text','text':''}"), delta("{'type':'text_delta','text':'Hi'}"),
                STOP,
                "{'type':'message_delta','delta':{'stop_reason':'end_turn','stop_sequence':null},"
                        + "'usage':{'input_tokens':5,'output_tokens':7,'x':1.0}}",
                "{'type':'message_stop'}"), data(replay(answer)));
    }

    @Test
    void namesEveryEventAfterItsType() {
        for (var event : replay(message("{'type':'text','text':'Hi'},{'type':'x'}")).events()) {
            var sent = (SseEvent.Message) event;
            assertEquals(json(sent.data()).string("type"), sent.type());
            assertTrue(new String(sent.bytes(), StandardCharsets.UTF_8)
                    .startsWith("event: " + sent.type() + "\ndata: {"));
        }
    }

    @Test
    void sendsTheEndWhereSdksReadIt() {
        var details = "'stop_details':{'type':'refusal'}";
        var container = "'container':{'id':'c'}";
        var context = "'context_management':{'applied_edits':[]}";
        var told = data(replay(message("", details, container, context, "'vendor':[1.0]")));
        assertTrue(told.getFirst().endsWith("'stop_details':null,'container':null," + context
                + ",'vendor':[1.0]}}"), told.getFirst());
        assertEquals("{'type':'message_delta','delta':{'stop_reason':'end_turn',"
                + "'stop_sequence':null," + details + "," + container + "},'usage':"
                + "{'input_tokens':5,'output_tokens':7,'x':1.0}," + context + "}", told.get(1));
    }

    @Test
    void inventsNoEndForAnAnswerWithoutOne() {
        var told = data(replay(json("{'type':'message','content':[],'usage':{'u':1}}")));
        assertEquals(List.of(
                "{'type':'message_start','message':{'type':'message','content':[],"
                        + "'usage':{'u':1}}}",
                "{'type':'message_delta','delta':{},'usage':{'u':1}}",
                "{'type':'message_stop'}"), told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",'usage':null"})
    void sendsZeroUsageIfTheAnswerHasNone(String usage) {
        var told = data(replay(json("{'type':'message','content':[]" + usage + "}")));
        assertTrue(told.get(1).endsWith("'usage':{'input_tokens':0,'output_tokens':0}}"));
    }

    @Test
    void pacesOnlyTheText() {
        var events = replay(message("{'type':'text','text':'One two three four'},"
                + "{'type':'thinking','thinking':'One two three four','signature':'s'}")).events();
        var pieces = events.stream().filter(SseEvent::piece)
                .map(event -> json(((SseEvent.Message) event).data()))
                .map(event -> ((JsonObject) event.get("delta")).string("text")).toList();
        assertEquals(List.of("One two ", "three ", "four"), pieces);
    }

    @Test
    void sendsCitationsBeforeTheirText() {
        assertEquals(List.of(start("{'citations':[],'text':'','type':'text','v':1}"),
                delta("{'type':'citations_delta','citation':{'n':1.0}}"),
                delta("{'type':'citations_delta','citation':{'n':2}}"),
                delta("{'type':'text_delta','text':'cited'}"), STOP),
                blocks("{'citations':[{'n':1.0},{'n':2}],'text':'cited','type':'text','v':1}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'type':'text','text':'','citations':null}",
        "{'type':'text','text':'','citations':[]}", "{'type':'text','text':null}",
        "{'type':'text'}", "{'type':'redacted_thinking','data':'x'}",
        "{'type':'web_search_tool_result','tool_use_id':'t','content':[{'text':'a'}]}",
        "{'type':'mcp_tool_result','is_error':false,'content':[]}",
        "{'type':'of_tomorrow','n':1.0}",
        "{'type':'tool_use','id':'t'}", "{'type':'thinking'}", "{'type':'compaction'}",
        "{'type':7}", "{}"})
    void sendsABlockWithoutDeltasWholeInItsStart(String block) {
        assertEquals(List.of(start(block), STOP), blocks(block));
    }

    @Test
    void sendsOneSignature() {
        var thought = "word ".repeat(2000);
        var told = blocks("{'type':'thinking','thinking':'" + thought + "','signature':'sig'}");
        assertEquals(start("{'type':'thinking','thinking':'','signature':''}"), told.getFirst());
        assertEquals(5, told.size(), "two pieces of thinking, a signature");
        assertEquals(delta("{'type':'signature_delta','signature':'sig'}"), told.get(3));
    }

    @Test
    void keepsAnEmptyThoughtAndItsSignature() {
        assertEquals(List.of(start("{'type':'thinking','thinking':'','signature':''}"),
                delta("{'type':'signature_delta','signature':'s'}"), STOP),
                blocks("{'type':'thinking','thinking':'','signature':'s'}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tool_use", "server_tool_use", "mcp_tool_use"})
    void sendsToolInputAsJsonTextWithUnchangedNumbers(String type) {
        var told = blocks("{'type':'" + type + "','input':{'a':1.0,'b':[1E+2]},'id':'t'}");
        assertEquals(List.of(start("{'type':'" + type + "','input':{},'id':'t'}"),
                delta("{'type':'input_json_delta','partial_json':"
                        + "'{\\'a\\':1.0,\\'b\\':[1E+2]}'}"), STOP), told);
    }

    @Test
    void sendsAnEmptyInputAsTheTextOfAnEmptyObject() {
        assertEquals(List.of(start("{'type':'tool_use','input':{},'id':'t'}"),
                delta("{'type':'input_json_delta','partial_json':'{}'}"), STOP),
                blocks("{'type':'tool_use','input':{},'id':'t'}"));
    }

    @Test
    void sendsACompactionLikeAnthropic() {
        assertEquals(List.of(start("{'type':'compaction','content':null}"),
                delta("{'type':'compaction_delta','content':'c','encrypted_content':'e'}"), STOP),
                blocks("{'type':'compaction','content':'c','encrypted_content':'e'}"));
    }

    @Test
    void keepsLinesShortEvenIfEveryCharacterIsEscaped() {
        var awkward = new JsonString("\u2028\u0001".repeat(50_000));
        var input = new JsonObject.Builder().add("a", awkward).build();
        var answer = message("");
        for (var block : List.of(json("{'type':'thinking'}").with("thinking", awkward),
                json("{'type':'tool_use'}").with("input", input))) {
            answer = answer.with("content", JsonArray.of(block));
            for (var event : replay(answer).events()) {
                assertTrue(event.bytes().length < 96 * 1024);
            }
        }
    }

    @Test
    void beatsWithPings() {
        var ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n".getBytes(StandardCharsets.UTF_8);
        var pause = replay(message("")).pause();
        for (var beat : List.of(MESSAGES.heartbeat(), pause)) {
            assertArrayEquals(ping, beat.bytes());
        }
    }

    @Test
    void continuesTheMessageThatAHeartbeatOpened() {
        var opening = MESSAGES.dataHeartbeat(json("{'model':'m'}"), TELLING);
        var answer = message("{'type':'text','text':'Hi'}");
        var events = MESSAGES.replay(JsonObject.EMPTY, answer, TELLING.afterHeartbeat()).events();
        assertTrue(new String(opening.bytes(), StandardCharsets.UTF_8).startsWith(
                "event: message_start\n"));
        assertEquals(MESSAGES.replay(JsonObject.EMPTY, answer, TELLING).events().stream().skip(1)
                .toList(), events);
    }

    private static String start(String block) {
        return "{'type':'content_block_start','index':0,'content_block':" + block + "}";
    }

    private static String delta(String delta) {
        return "{'type':'content_block_delta','index':0,'delta':" + delta + "}";
    }
}
