package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.CHAT;
import static fakestream.protocol.chat.Chunks.json;
import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.protocol.InvalidAnswer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GeminiAnswerTest {

    @Test
    void isConvertedToTheFormOfChat() throws InvalidAnswer {
        assertEquals("{'id':'r','object':'chat.completion','model':'gemini','choices':[{'index':0,"
                + "'message':{'role':'assistant','content':'Hello you'},'finish_reason':'stop',"
                + "'safetyRatings':[{'probability':'LOW'}],'avgLogprobs':-0.10}],"
                + "'usage':{'prompt_tokens':3,'completion_tokens':4,'total_tokens':9,"
                + "'thoughtsTokenCount':2},'promptFeedback':{}}",
                read("{'candidates':[{'content':{'parts':[{'text':'Hello '},{'text':'you'}],"
                        + "'role':'model'},'finishReason':'STOP',"
                        + "'safetyRatings':[{'probability':'LOW'}],'avgLogprobs':-0.10,'index':0}],"
                        + "'usageMetadata':{'promptTokenCount':3,'candidatesTokenCount':4,"
                        + "'totalTokenCount':9,'thoughtsTokenCount':2},'modelVersion':'gemini',"
                        + "'responseId':'r','promptFeedback':{}}").toString().replace('"', '\''));
    }

    @Test
    void hasItsThoughtsAsReasoning() throws InvalidAnswer {
        assertEquals(json("{'role':'assistant','content':'a b','reasoning_content':'t u'}"),
                message("{'text':'t','thought':true},{'text':'a','thought':false},"
                        + "{'text':' u','thought':true},{'text':' b'}"));
    }

    @Test
    void hasItsFunctionCallsAsToolCalls() throws InvalidAnswer {
        var message = message("{'functionCall':{'name':'f','args':{'x':1.0,'y':null}},"
                + "'thoughtSignature':'s'},{'functionCall':{'id':'own','name':'g'}}");
        assertEquals(JsonNull.NULL, message.get("content"));
        assertEquals("a", message("{'text':'a'},{'functionCall':{}}").string("content"));
        assertEquals("[{'type':'function','function':{'name':'f',"
                + "'arguments':'{\\'x\\':1.0,\\'y\\':null}'},'thoughtSignature':'s'},"
                + "{'id':'own','type':'function','function':{'name':'g','arguments':'{}'}}]",
                message.get("tool_calls").toString().replace('"', '\''));
    }

    @Test
    void hasItsInlineDataAsImages() throws InvalidAnswer {
        assertEquals(json("{'role':'assistant','content':'Look: ','images':[{'type':'image_url',"
                + "'image_url':{'url':'data:image/png;base64,iVBO'},'thoughtSignature':'s'},"
                + "{'type':'image_url','image_url':{'url':'data:;base64,AA=='}}]}"),
                message("{'text':'Look: '},{'inlineData':{'mimeType':'image/png','data':'iVBO'},"
                        + "'thoughtSignature':'s'},{'inlineData':{'data':'AA=='}}"));
    }

    @Test
    void keepsMembersWithoutACounterpart() throws InvalidAnswer {
        assertEquals(json("{'role':'assistant','content':'a','parts':[{'thoughtSignature':'s'},"
                + "{'executableCode':{'code':'1'}},5,{'inlineData':{}},{'text':null}]}"),
                message("{'text':'a','thoughtSignature':'s'},{'executableCode':{'code':'1'}},5,"
                        + "{'inlineData':{}},{'text':null}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"STOP stop", "MAX_TOKENS length", "SAFETY content_filter",
        "RECITATION content_filter", "BLOCKLIST content_filter", "SPII content_filter",
        "PROHIBITED_CONTENT content_filter", "MALFORMED_FUNCTION_CALL MALFORMED_FUNCTION_CALL"})
    void translatesTheFinishReason(String reasons) throws InvalidAnswer {
        var pair = reasons.split(" ");
        assertEquals(new JsonString(pair[1]),
                choice(read("{'candidates':[{'finishReason':'" + pair[0] + "'}]}"), 0)
                        .get("finish_reason"));
    }

    @Test
    void finishesWithToolCallsIfItHasAny() throws InvalidAnswer {
        var parts = "'content':{'parts':[{'functionCall':{'name':'f'}}]}";
        for (var pair : new String[][] {{"STOP", "tool_calls"}, {"MAX_TOKENS", "length"}}) {
            assertEquals(new JsonString(pair[1]), choice(read("{'candidates':[{" + parts
                    + ",'finishReason':'" + pair[0] + "'}]}"), 0).get("finish_reason"));
        }
    }

    @Test
    void convertsSeveralAndEmptyCandidates() throws InvalidAnswer {
        var answer = read("{'candidates':[{'content':{'parts':[{'text':'a'}]}},"
                + "{'content':{'role':'model'},'index':5},{'content':{'parts':"
                + "[{'functionCall':{}}]}}]}");
        assertEquals(json("{'index':0,'message':{'role':'assistant','content':'a'},"
                + "'finish_reason':null}"), choice(answer, 0));
        assertEquals(json("{'index':1,'message':{'role':'assistant','content':''},"
                + "'finish_reason':null}"), choice(answer, 1));
        assertEquals("tool_calls", choice(read("{'candidates':[{'finishReason':'STOP','content':"
                + "{'parts':[{'functionCall':{}}]}}]}"), 0).string("finish_reason"));
    }

    @Test
    void givesEachCallAnIdInTheStream() throws InvalidAnswer {
        var call = "{'functionCall':{'name':'f'}}";
        var answer = read(("{'candidates':[{'content':{'parts':[%1$s,%1$s]}},"
                + "{'content':{'parts':[%1$s]}}]}").formatted(call));
        assertEquals(List.of("call_minted_0", "call_minted_2", "call_minted_1"),
                Chunks.callIds(Chunks.chunks(answer)));
    }

    @Test
    void isSentAsAStreamOfChat() throws InvalidAnswer {
        var answer = read("{'candidates':[{'content':{'parts':[{'text':'Hi'}]},"
                + "'finishReason':'STOP'}],'modelVersion':'gemini'}");
        assertEquals("{\"id\":\"chatcmpl-minted\",\"object\":\"chat.completion.chunk\","
                + "\"created\":0,\"model\":\"gemini\",\"choices\":[{\"index\":0,"
                + "\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}",
                Chunks.chunks(answer).get(1).toString());
    }

    private static JsonObject read(String body) throws InvalidAnswer {
        return CHAT.answer(json(body));
    }

    private static JsonObject choice(JsonObject answer, int place) {
        return (JsonObject) ((JsonArray) answer.get("choices")).elements().get(place);
    }

    private static JsonObject message(String parts) throws InvalidAnswer {
        var answer = read("{'candidates':[{'content':{'parts':[" + parts + "]}}]}");
        return (JsonObject) choice(answer, 0).get("message");
    }
}
