package fakestream.protocol;

import static fakestream.protocol.Chunks.deltas;
import static fakestream.protocol.Chunks.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatToolCallsTest {

    @Test
    void tellsACallOnceAndThenItsArguments() {
        assertEquals(List.of("{'index':0,'id':'a','type':'function',"
                + "'function':{'name':'f','arguments':''}}",
                "{'index':0,'function':{'arguments':'{\\'x\\': 1.0}'}}"),
                parts("[{'id':'a','type':'function',"
                        + "'function':{'name':'f','arguments':'{\\'x\\': 1.0}'}}]"));
    }

    @Test
    void tellsOneCallAfterTheOtherAndTakesTheirPlacesForIndices() {
        assertEquals(List.of("{'index':0,'id':'a','type':'function',"
                + "'function':{'name':'f','arguments':''}}",
                "{'index':0,'function':{'arguments':'1'}}",
                "{'index':1,'id':'b','type':'function','function':{'name':'g','arguments':''}}",
                "{'index':1,'function':{'arguments':'2'}}"),
                parts("[{'index':7,'id':'a','type':'function',"
                        + "'function':{'name':'f','arguments':'1'}},{'id':'b','index':0,"
                        + "'type':'function','function':{'name':'g','arguments':'2'}}]"));
    }

    @Test
    void cutsLongArgumentsIntoLargePieces() {
        var text = "{\"text\": \"" + "Some words. ".repeat(5000) + "\"}";
        var call = json("{'id':'a','function':{'name':'f'}}");
        call = call.with("function", ((JsonObject) call.get("function"))
                .with("arguments", new JsonString(text)));
        var parts = deltas(json("{}").with("tool_calls", JsonArray.of(call)));
        assertEquals(1 + 8, parts.size());
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
    void saysThatAFunctionIsOneWhereTheUpstreamDoesNot(String type) {
        var part = call(deltas("{'tool_calls':[{'id':'a'," + type + ",'function':{'name':'f'}}]}")
                .getFirst());
        assertEquals("function", part.string("type"));
        assertEquals(json("{'name':'f'}"), part.get("function"));
    }

    @Test
    void keepsAnyTypeThatThereIs() {
        assertEquals(List.of("{'index':0,'type':'mcp','function':{}}"),
                parts("[{'type':'mcp','function':{}}]"));
    }

    @Test
    void tellsTheVendorsFieldsWithTheCall() {
        assertEquals(List.of("{'index':0,'id':'a','type':'function',"
                + "'extra_content':{'google':{'thought_signature':'s'}},"
                + "'function':{'strict':null,'name':'f','arguments':'','v':1e5}}",
                "{'index':0,'function':{'arguments':'{}'}}"),
                parts("[{'id':'a','type':'function',"
                        + "'extra_content':{'google':{'thought_signature':'s'}},"
                        + "'function':{'strict':null,'name':'f','arguments':'{}','v':1e5}}]"));
    }

    @Test
    void tellsACustomToolsCallWhole() {
        assertEquals(List.of("{'index':0,'id':'a','type':'custom',"
                + "'custom':{'name':'shell','input':'ls -l'}}"),
                parts("[{'id':'a','type':'custom','custom':{'name':'shell','input':'ls -l'}}]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'arguments':{'a':1}", "'arguments':null", "'vendor':true",
        "'arguments':''"})
    void tellsArgumentsThatAreNoTextOrEmptyWithTheCall(String arguments) {
        assertEquals(List.of("{'index':0,'id':'a','type':'function',"
                + "'function':{'name':'f'," + arguments + "}}"),
                parts("[{'id':'a','type':'function','function':{'name':'f'," + arguments + "}}]"));
    }

    @Test
    void keepsAnEmptyListOfCalls() {
        assertEquals(List.of(json("{'tool_calls':[]}")), deltas("{'tool_calls':[],'content':''}"));
    }

    @Test
    void tellsAnOldFunctionCallWhole() {
        var call = "{'function_call':{'vendor':null,'name':'f','arguments':'{}'}}";
        assertEquals(List.of(json(call)), deltas(call));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'name':''}", "{'name':null,'arguments':''}", "null", "'f'"})
    void leavesOutAnOldFunctionCallWithoutAName(String call) {
        assertEquals(List.of(json("{'content':'c'}")),
                deltas("{'function_call':" + call + ",'content':'c'}"));
    }

    /// The parts of the calls that the chunks tell, with single quotes.
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
