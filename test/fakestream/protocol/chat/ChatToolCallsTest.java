package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.REQUEST;
import static fakestream.protocol.chat.Chunks.answer;
import static fakestream.protocol.chat.Chunks.answerWith;
import static fakestream.protocol.chat.Chunks.chunks;
import static fakestream.protocol.chat.Chunks.deltas;
import static fakestream.protocol.chat.Chunks.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.protocol.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatToolCallsTest {

    @Test
    void sendsACallInOneDelta() {
        assertEquals(List.of("{'index':0,'id':'a','type':'function',"
                + "'function':{'name':'f','arguments':'{\\'x\\': 1.0}'}}"),
                parts("[{'id':'a','type':'function',"
                        + "'function':{'name':'f','arguments':'{\\'x\\': 1.0}'}}]"));
    }

    @Test
    void sendsCallsInOrderWithTheirPositionsAsIndices() {
        assertEquals(List.of("{'index':0,'id':'a','type':'function',"
                + "'function':{'name':'f','arguments':'1'}}",
                "{'index':1,'id':'b','type':'function','function':{'name':'g','arguments':'2'}}"),
                parts("[{'index':7,'id':'a','type':'function',"
                        + "'function':{'name':'f','arguments':'1'}},{'id':'b','index':0,"
                        + "'type':'function','function':{'name':'g','arguments':'2'}}]"));
    }

    @Test
    void cutsArgumentsTooLongForALineIntoLargePieces() {
        var text = "{\"text\": \"" + "Some words. ".repeat(10_000) + "\"}";
        var call = json("{'id':'a','function':{'name':'f'}}");
        call = call.with("function", ((JsonObject) call.get("function"))
                .with("arguments", new JsonString(text)));
        var parts = deltas(json("{}").with("tool_calls", JsonArray.of(call)));
        assertEquals(1 + 15, parts.size());
        var arguments = new ArrayList<String>();
        for (var part : parts) {
            var function = (JsonObject) call(part).get("function");
            arguments.add(function.string("arguments"));
            assertTrue(arguments.getLast().length() <= 8 * 1024);
        }
        assertEquals(text, String.join("", arguments));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'x':1", "'type':null", "'type':''"})
    void addsTheTypeOfAFunctionIfTheUpstreamOmitsIt(String type) {
        var part = call(deltas("{'tool_calls':[{'id':'a'," + type + ",'function':{'name':'f'}}]}")
                .getFirst());
        assertEquals("function", part.string("type"));
        assertEquals(json("{'name':'f'}"), part.get("function"));
    }

    @Test
    void keepsAnUnknownType() {
        assertEquals(List.of("{'index':0,'id':'a','type':'mcp','function':{}}"),
                parts("[{'id':'a','type':'mcp','function':{}}]"));
    }

    @Test
    void sendsVendorFieldsWithTheCall() {
        assertEquals(List.of("{'index':0,'id':'a','type':'function',"
                + "'extra_content':{'google':{'thought_signature':'s'}},"
                + "'function':{'strict':null,'name':'f','arguments':'{}','v':1e5}}"),
                parts("[{'id':'a','type':'function',"
                        + "'extra_content':{'google':{'thought_signature':'s'}},"
                        + "'function':{'strict':null,'name':'f','arguments':'{}','v':1e5}}]"));
    }

    @Test
    void sendsACustomToolsCallWhole() {
        assertEquals(List.of("{'index':0,'id':'a','type':'custom',"
                + "'custom':{'name':'shell','input':'ls -l'}}"),
                parts("[{'id':'a','type':'custom','custom':{'name':'shell','input':'ls -l'}}]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'arguments':null", "'vendor':true", "'arguments':''",
        "'arguments':5"})
    void keepsMissingAndEmptyArguments(String arguments) {
        assertEquals(List.of("{'index':0,'id':'a','type':'function',"
                + "'function':{'name':'f'," + arguments + "}}"),
                parts("[{'id':'a','type':'function','function':{'name':'f'," + arguments + "}}]"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{'a':{'b':[1.0,null]}} | {'a':{'b':[1.0,null]}}",
        "[] | []", "{} | {}"})
    void sendsJsonArgumentsAsText(String json, String text) {
        for (var call : List.of("{'name':'f','arguments':%s}", "{'arguments':%s,'name':'f'}")) {
            var told = json(call.formatted(json)).with("arguments",
                    new JsonString(text.replace('\'', '"')));
            assertEquals(told, call(deltas("{'tool_calls':[{'id':'a','function':"
                    + call.formatted(json) + "}]}").getFirst()).get("function"));
            assertEquals(told, deltas("{'function_call':" + call.formatted(json) + "}")
                    .getFirst().get("function_call"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "'id':null,", "'id':'',"})
    void givesEachCallWithoutAnIdAUniqueOne(String id) {
        var call = "{" + id + "'function':{'name':'f','arguments':'" + "x".repeat(100_000) + "'}}";
        var custom = "{" + id + "'type':'custom','custom':{'name':'g','input':''}}";
        var choice = "{'index':%d,'message':{'tool_calls':[" + call + ",{'id':'own'}," + custom
                + "]}}";
        var chunks = chunks(answerWith(Chunks.value(
                "[" + choice.formatted(0) + "," + choice.formatted(1) + "]")));
        assertEquals(List.of("call_minted_0", "call_minted_2", "own", "own", "call_minted_1",
                "call_minted_3"), Chunks.callIds(chunks));
    }

    @Test
    void makesIdsThatOpenaiAccepts() {
        var calls = "{'name':'f'},".repeat(2000);
        var state = new StreamState("0123456789abcdef01234567", 1, 0, 30);
        var ids = Chunks.callIds(chunks(REQUEST, answer("{'tool_calls':["
                + calls.substring(0, calls.length() - 1) + "]}"), state));
        assertEquals(2000, Set.copyOf(ids).size());
        for (var id : ids) {
            assertTrue(id.matches("[a-zA-Z0-9_-]{1,40}"), id);
        }
    }

    @Test
    void leavesOutAnEmptyListOfCalls() {
        assertEquals(List.of(), deltas("{'tool_calls':[],'content':''}"));
    }

    @Test
    void sendsAnOldFunctionCallWhole() {
        var call = "{'function_call':{'vendor':null,'name':'f','arguments':'{}'}}";
        assertEquals(List.of(json(call)), deltas(call));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'name':''}", "{'name':null,'arguments':''}", "null", "'f'"})
    void leavesOutAnOldFunctionCallWithoutAName(String call) {
        assertEquals(List.of(json("{'content':'c'}")),
                deltas("{'function_call':" + call + ",'content':'c'}"));
    }

    /// The parts of the calls in the chunks, with single quotes.
    private static List<String> parts(String calls) {
        return deltas(json("{}").with("tool_calls", Chunks.parse(
                calls.replace("\\'", "\\\"").replace('\'', '"')))).stream()
                .map(delta -> call(delta).toString().replace('"', '\'')).toList();
    }

    private static JsonObject call(JsonObject delta) {
        assertEquals(List.of("tool_calls"), List.copyOf(delta.members().keySet()));
        var calls = ((JsonArray) delta.get("tool_calls")).elements();
        assertEquals(1, calls.size());
        return (JsonObject) calls.getFirst();
    }
}
