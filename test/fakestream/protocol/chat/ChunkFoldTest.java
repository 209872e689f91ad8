package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.CHAT;
import static fakestream.protocol.chat.Chunks.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.SseEvent;
import fakestream.testing.Growth;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Folds upstream streams, which have forms that our own streams never have.
final class ChunkFoldTest {
    private static final String STOP =
            "{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}";

    @Test
    void givesTheWholeAnswer() throws InvalidAnswer {
        var head = "{'id':'x','object':'chat.completion.chunk','created':1,'model':'m',"
                + "'usage':null,'choices':[{'index':0,'logprobs':null,";
        assertEquals(json("{'object':'chat.completion','id':'x','created':1,'model':'m',"
                + "'choices':[{'index':0,'logprobs':null,'finish_reason':'length','message':"
                + "{'role':'assistant','content':'Hello you','refusal':null}}],'usage':{'n':1.0}}"),
                fold(head + "'delta':{'role':'assistant','content':'','refusal':null},"
                        + "'finish_reason':null}]}",
                        head + "'delta':{'content':'Hello '},'finish_reason':null}]}",
                        head + "'delta':{'content':'you'},'finish_reason':null}]}",
                        head + "'delta':{},'finish_reason':'length'}]}",
                        "{'id':'x','object':'chat.completion.chunk','created':1,'model':'m',"
                                + "'choices':[],'usage':{'n':1.0}}", "[DONE]"));
    }

    @Test
    void joinsTextsAndListsButNotRepeatedNames() throws InvalidAnswer {
        assertEquals(json("{'role':'assistant','content':'ab','reasoning_content':'rs',"
                + "'annotations':[1,2],'audio':{'id':'i','data':'AB','expires_at':9}}"),
                message("{'role':'assistant','content':'a','reasoning_content':'r',"
                        + "'annotations':[1],'audio':{'id':'i','data':'A'}}",
                        "{'role':'assistant','content':'b','reasoning_content':'s',"
                                + "'annotations':[2],'audio':{'id':'i','data':'B','expires_at':9}}",
                        "{'role':'','content':null,'reasoning_content':null,'annotations':null}"));
    }

    @Test
    void joinsToolCallsByTheirIndex() throws InvalidAnswer {
        assertEquals(json("{'tool_calls':[{'id':'a','type':'function','function':{'name':'f',"
                + "'arguments':'12'}},{'id':'b','type':'function','function':{'name':'g',"
                + "'arguments':'34'},'extra_content':{'s':1.0}}]}"),
                message(call(0, "'id':'a','type':'function'", "'name':'f','arguments':''"),
                        call(0, "'id':'a','type':'function'", "'name':'f','arguments':'1'"),
                        call(1, "'id':'b','type':'function'", "'name':'g','arguments':'3'"),
                        call(0, "'id':null", "'arguments':'2'"),
                        call(1, "'id':'','extra_content':{'s':1.0}", "'name':'','arguments':'4'")));
    }

    @Test
    void joinsToolCallsWhoseIndicesBeginAtOneOrComeInOneDelta() throws InvalidAnswer {
        assertEquals(json("{'tool_calls':[{'id':'a','function':{'arguments':'12'}},"
                + "{'id':'b','function':{'arguments':'3'}}]}"),
                message("{'tool_calls':[{'index':1,'id':'a','function':{'arguments':'1'}},"
                        + "{'index':2,'id':'b','function':{'arguments':''}}]}",
                        call(1, "'x':1", "'arguments':'2'").replace("'x':1,", ""),
                        call(2, "'x':1", "'arguments':'3'").replace("'x':1,", "")));
    }

    @Test
    void keepsCallsWithoutAnIndexApart() throws InvalidAnswer {
        assertEquals(json("{'tool_calls':[{'id':'a'},{'id':'b'},{'id':'c'}]}"),
                message("{'tool_calls':[{'id':'a'},{'id':'b'}]}", "{'tool_calls':[{'id':'c'},5]}"));
    }

    @Test
    void beginsACallAtANewId() throws InvalidAnswer {
        var both = json("{'tool_calls':[{'id':'a','function':{'name':'f','arguments':'12'}},"
                + "{'id':'b','function':{'name':'g','arguments':'34'}}]}");
        assertEquals(both, message(call(0, "'id':'a'", "'name':'f','arguments':'1'"),
                call(0, "'id':''", "'arguments':'2'"),
                call(0, "'id':'b'", "'name':'g','arguments':'3'"),
                call(0, "'id':null", "'arguments':'4'")));
        assertEquals(both, message(call(0, "'id':'a'", "'name':'f','arguments':'1'"),
                call(0, "'id':'b'", "'name':'g','arguments':'3'"),
                call(0, "'id':'a'", "'arguments':'2'"), call(0, "'id':'b'", "'arguments':'4'")));
        assertEquals(json("{'tool_calls':[{'id':'a','function':{'name':'f','arguments':'1'}}]}"),
                message(call(0, "'id':null", "'name':'f','arguments':''"),
                        call(0, "'id':'a'", "'arguments':'1'")));
    }

    @Test
    void appendsAPartWithoutIdAndIndexToTheLastCall() throws InvalidAnswer {
        assertEquals(json("{'tool_calls':[{'id':'a','function':{'name':'f','arguments':'12'}},"
                + "{'id':'b','function':{'name':'g','arguments':'34'}}]}"),
                message("{'tool_calls':[{'id':'a','function':{'name':'f','arguments':'1'}}]}",
                        "{'tool_calls':[{'function':{'name':'','arguments':'2'}}]}",
                        "{'tool_calls':[{'id':'b','function':{'name':'g','arguments':'3'}}]}",
                        "{'tool_calls':[{'index':null,'id':'','function':{'arguments':'4'}}]}"));
    }

    /// No text can follow complete arguments.
    @ParameterizedTest
    @ValueSource(strings = {"", "'index':0,"})
    void beginsACallAtANameAfterCompleteArguments(String index) throws InvalidAnswer {
        var f = "{'tool_calls':[{" + index + "'function':{'name':'f','arguments':'{}'}}]}";
        var g = f.replace("'f'", "'g'").replace("'{}'", "{'a':1}");
        var all = "[{'function':{'name':'f','arguments':'{}'}},{'function':{'name':'f',"
                + "'arguments':'{}'}},{'function':{'name':'g','arguments':{'a':1}}}]";
        assertEquals(json("{'tool_calls':" + all + "}"), message(f, f, g));
        assertEquals(json("{'tool_calls':[{'function':{'name':'f','arguments':'{}'}}]}"),
                message(f.replace("{}", "{"), f.replace("{}", "}")));
    }

    @Test
    void foldsALongCallInLinearTime() throws InvalidAnswer {
        Growth.isLinear("a call", size -> longCall(size << 13), ChunkFoldTest::message);
        assertEquals(json("{'tool_calls':[{'id':'a','function':{'name':'f','arguments':'"
                + "abcd".repeat(1 << 13) + "'}}]}"), message(longCall(1 << 13)));
    }

    private static String[] longCall(int parts) {
        var deltas = new ArrayList<>(List.of(call(0, "'id':'a'", "'name':'f','arguments':''")));
        for (int i = 0; i < parts; i++) {
            deltas.add("{'tool_calls':[{'index':0,'function':{'arguments':'abcd'}}]}");
        }
        return deltas.toArray(String[]::new);
    }

    @Test
    void leavesVendorListsOfCallsUnchanged() throws InvalidAnswer {
        assertEquals(json("{'v':{'tool_calls':[{'index':3},5]}}"),
                message("{'v':{'tool_calls':[{'index':3},5]}}"));
        assertEquals(json("{'v':{'tool_calls':[{'index':3},5,{'index':4}]}}"),
                message("{'v':{'tool_calls':[{'index':3},5]}}",
                        "{'v':{'tool_calls':[{'index':4}]}}"));
    }

    @Test
    void joinsLogProbabilities() throws InvalidAnswer {
        var folded = fold("{'choices':[{'index':0,'delta':{'content':'a'},'logprobs':null}]}",
                "{'choices':[{'index':0,'delta':{'content':'b'},'logprobs':{'content':[1.0],"
                        + "'refusal':null}}]}",
                "{'choices':[{'index':0,'delta':{},'logprobs':{'content':[2],'refusal':null}}]}",
                "{'choices':[{'index':0,'delta':{},'logprobs':null,'finish_reason':'stop'}]}");
        assertEquals(json("{'content':[1.0,2],'refusal':null}"), choice(folded, 0).get("logprobs"));
    }

    @Test
    void keepsTheLastNonNullValueBesideTheDeltas() throws InvalidAnswer {
        var folded = fold("{'id':'a','x_groq':{'id':1},'choices':[{'delta':{},'stop_reason':7}]}",
                "{'id':'b','x_groq':null,'usage':{'n':1},'choices':[{'delta':{},'stop_reason':null,"
                        + "'finish_reason':'stop'}]}", "{'usage':null,'choices':[]}");
        assertEquals(json("{'object':'chat.completion','id':'b','x_groq':{'id':1},'usage':{'n':1},"
                + "'choices':[{'stop_reason':7,'message':{},'finish_reason':'stop'}]}"), folded);
    }

    @Test
    void keepsChoicesApartAndInOrder() throws InvalidAnswer {
        var folded = fold("{'choices':[{'index':1,'delta':{'content':'b'}}]}",
                "{'choices':[{'index':0,'delta':{'content':'a'},'finish_reason':'length'},"
                        + "{'index':1,'delta':{'content':'B'},'finish_reason':'stop'}]}");
        assertEquals(json("{'index':0,'message':{'content':'a'},'finish_reason':'length'}"),
                choice(folded, 0));
        assertEquals(json("{'index':1,'message':{'content':'bB'},'finish_reason':'stop'}"),
                choice(folded, 1));
    }

    @Test
    void skipsOtherEvents() throws InvalidAnswer {
        assertEquals(json("{'content':'Hi'}"), choice(fold("", "hello", "[1]", "{'type':'ping'}",
                "{'choices':[{'index':0,'delta':{'content':'Hi'}},null,5]}",
                "{'choices':[{'index':0,'delta':null}]}", STOP), 0).get("message"));
    }

    @Test
    void acceptsAStreamWithDoneOrWithEveryFinishReason() throws InvalidAnswer {
        var start = "{'choices':[{'index':0,'delta':{'content':'Hi'}}]}";
        assertEquals("Hi", ((JsonObject) choice(fold(start, "[DONE]"), 0).get("message"))
                .string("content"));
        assertEquals("stop", choice(fold(start, STOP), 0).string("finish_reason"));
    }

    @Test
    void refusesDoneWhileOnlySomeChoicesAreFinished() {
        assertEquals("upstream_truncated", refused(received("", STOP),
                received("", "{'choices':[{'index':1,'delta':{'content':'Hal'}}]}"),
                received("", "[DONE]")).object().string("code"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[DONE]", "{'choices':[]}",
        "{'choices':[{'delta':{'content':'H'}}]}",
        "{'choices':[{'delta':{'content':'H'},'finish_reason':''}]}",
        "{'choices':[{'index':0,'delta':{},'finish_reason':'stop'},{'index':1,'delta':{}}]}"})
    void refusesAStreamThatEndsBeforeItsAnswerIsWhole(String data) {
        assertEquals("upstream_truncated", refused(received("", data)).object().string("code"));
        assertThrows(InvalidAnswer.class, () -> CHAT.fold(List.of()));
    }

    @Test
    void refusesAStreamThatHoldsAnError() {
        var start = received("", "{'choices':[{'delta':{'content':'H'}}]}");
        var error = json("{'message':'m','type':'server_error','param':null,'code':null}");
        for (var data : List.of("{'error':{'message':'m','type':'server_error'}}",
                "{'error':{'message':'m','type':'server_error'},"
                        + "'choices':[{'delta':{},'finish_reason':'error'}]}")) {
            assertEquals(error,
                    refused(start, received("", data), received("", "[DONE]")).object());
        }
        assertEquals("m", refused(start, received("error", "{'message':'m'}")).message());
        assertEquals("m", refused(start, received("", "{'object':'error','message':'m'}"),
                received("", "[DONE]")).message());
    }

    @Test
    void foldsALongAnswerInLinearTime() throws InvalidAnswer {
        Growth.isLinear("an answer", size -> longAnswer(size << 14), CHAT::fold);
        assertEquals("abcd".repeat(1 << 14), ((JsonObject) choice(CHAT.fold(longAnswer(1 << 14)),
                0).get("message")).string("content"));
    }

    private static List<SseEvent.Received> longAnswer(int chunks) {
        var events = new ArrayList<>(Stream.generate(() -> received("",
                "{'choices':[{'index':0,'delta':{'content':'abcd'}}]}")).limit(chunks).toList());
        events.add(received("", STOP));
        return events;
    }

    private static JsonObject fold(String... data) throws InvalidAnswer {
        return CHAT.fold(Stream.of(data).map(text -> received("", text)).toList());
    }

    /// The message that a stream of these deltas folds into.
    private static JsonObject message(String... deltas) throws InvalidAnswer {
        var data = new ArrayList<>(Stream.of(deltas)
                .map(delta -> "{'choices':[{'index':0,'delta':" + delta + "}]}").toList());
        data.add(STOP);
        return (JsonObject) choice(fold(data.toArray(String[]::new)), 0).get("message");
    }

    private static String call(int index, String members, String function) {
        return "{'tool_calls':[{'index':" + index + "," + members + ",'function':{" + function
                + "}}]}";
    }

    private static ApiError refused(SseEvent.Received... events) {
        return assertThrows(InvalidAnswer.class, () -> CHAT.fold(List.of(events))).error();
    }

    private static SseEvent.Received received(String type, String data) {
        return new SseEvent.Received(new byte[0], type, data.replace('\'', '"'));
    }

    private static JsonObject choice(JsonObject answer, int place) {
        return (JsonObject) ((JsonArray) answer.get("choices")).elements().get(place);
    }
}
