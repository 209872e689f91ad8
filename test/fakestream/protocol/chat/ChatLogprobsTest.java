package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.answerWith;
import static fakestream.protocol.chat.Chunks.choice;
import static fakestream.protocol.chat.Chunks.chunks;
import static fakestream.protocol.chat.Chunks.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.protocol.StreamState;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatLogprobsTest {
    private static final StreamState SHORT = new StreamState("x", 1, 0, 7);

    @Test
    void comeWithThePieceThatHoldsTheToken() {
        assertEquals(List.of(
                "{'role':'assistant','content':''} null",
                "{'content':'One '} {'content':[" + tokens("One", " ") + "],'refusal':null}",
                "{'content':'two, '} {'content':[" + tokens("two", ", ") + "],'refusal':null}",
                "{'content':'three'} {'content':[" + tokens("three") + "],'refusal':null}",
                "{} null"),
                told("{'content':'One two, three'}", "{'content':["
                        + tokens("One", " ", "two", ", ", "three") + "],'refusal':null}", 5));
    }

    @Test
    void comeWithThePieceThatATokenBeginsIn() {
        assertEquals(List.of("{'role':'assistant','content':''} null",
                "{'content':'abcde'} {'content':[" + tokens("abc", "defghij") + "]}",
                "{'content':'fghij'} null",
                "{'content':'kl'} {'content':[" + tokens("kl") + "]}", "{} null"),
                told("{'content':'abcdefghijkl'}", "{'content':["
                        + tokens("abc", "defghij", "kl") + "]}", 5));
    }

    @Test
    void comeWithTheRefusalTheyBelongTo() {
        assertEquals(List.of("{'role':'assistant','content':'','refusal':''} null",
                "{'content':'Ah.'} {'content':[" + tokens("Ah.") + "],'refusal':[]}",
                "{'refusal':'No.'} {'content':[],'refusal':[" + tokens("No", ".") + "]}",
                "{} null"),
                told("{'content':'Ah.','refusal':'No.'}", "{'content':[" + tokens("Ah.")
                        + "],'refusal':[" + tokens("No", ".") + "]}", 30));
    }

    @Test
    void comeInSeparateChunksAfterTheTextIfTheyHaveNone() {
        assertEquals(List.of("{'role':'assistant','content':''} null",
                "{'content':'Hi'} {'content':[" + tokens("Hi") + "],'v':1}",
                "{} {'content':[" + tokens("<eos>") + "]}", "{} null"),
                told("{'content':'Hi'}", "{'content':[" + tokens("Hi", "<eos>") + "],'v':1}", 30));
    }

    @Test
    void comeAfterTheToolCallsTheyBelongTo() {
        var told = told("{'content':null,'reasoning':'r','tool_calls':[{'id':'t','type':'function',"
                + "'function':{'name':'f','arguments':'{}'}}]}", "{'content':[" + tokens("a", "b")
                + "]}", 30);
        assertEquals(List.of("null", "null", "null",
                "{'content':[" + tokens("a", "b") + "]}", "null"), told.stream()
                        .map(entry -> entry.substring(entry.lastIndexOf("} ") < 0 ? 0
                                : entry.indexOf("} ") + 2)).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'tokens':['a'],'token_logprobs':[-0.10],'top_logprobs':null}", "{}",
        "{'content':[],'refusal':null}", "{'content':null,'refusal':null}", "[1]"})
    void comeWholeInASeparateChunkIfTheyHaveAnotherForm(String logprobs) {
        assertEquals(List.of("{'role':'assistant','content':''} null", "{} " + logprobs,
                "{'content':'Hi'} null", "{} null"), told("{'content':'Hi'}", logprobs, 30));
    }

    @Test
    void areNullIfTheAnswerHasNull() {
        for (var chunk : chunks(answer("{'content':'Hi'}", "null"))) {
            assertEquals(JsonNull.NULL, choice(chunk, 0).get("logprobs"));
        }
    }

    @Test
    void areAbsentIfTheAnswerHasNone() {
        for (var chunk : chunks(Chunks.answer("{'content':'Hi'}"))) {
            assertFalse(choice(chunk, 0).has("logprobs"));
        }
    }

    @Test
    void keepTheNumbersAsTheyWereWritten() {
        var token = "{'token':'\\u00e9','logprob':-0.10000000000000000555,'bytes':[195,169],"
                + "'top_logprobs':[{'token':'e','logprob':-1E-9,'bytes':null}]}";
        var chunk = chunks(answer("{'content':'\u00e9'}", "{'content':[" + token + "]}")).get(1);
        assertEquals(json("{'content':[" + token + "]}"), choice(chunk, 0).get("logprobs"));
    }

    @Test
    void spreadOverManyChunksButNotOverThoseOfCalls() {
        var token = "{'token':'','v':'" + "x".repeat(1000) + "'}";
        var many = Stream.generate(() -> token).limit(100).collect(Collectors.joining(","));
        var chunks = chunks(answer("{'content':'Hi','function_call':{'name':'f'}}",
                "{'content':[" + many + "]}"));
        var counts = chunks.stream().map(chunk -> choice(chunk, 0).get("logprobs"))
                .map(value -> value instanceof JsonObject object
                        ? ((JsonArray) object.get("content")).elements().size() : 0).toList();
        assertEquals(List.of(0, 25, 0, 25, 25, 25, 0), counts);
    }

    private static List<String> told(String message, String logprobs, int pieceLength) {
        var state = new StreamState(SHORT.id(), SHORT.created(), 0, pieceLength);
        return chunks(Chunks.REQUEST, answer(message, logprobs), state).stream()
                .map(chunk -> choice(chunk, 0))
                .map(choice -> choice.get("delta") + " " + choice.get("logprobs"))
                .map(text -> text.replace('"', '\'')).toList();
    }

    private static JsonObject answer(String message, String logprobs) {
        return answerWith(Chunks.value("[{'index':0,'message':" + message + ",'logprobs':"
                + logprobs + ",'finish_reason':'stop'}]"));
    }

    private static String tokens(String... texts) {
        return Stream.of(texts).map(text -> "{'token':'" + text + "','logprob':-1.0}")
                .collect(Collectors.joining(","));
    }
}
