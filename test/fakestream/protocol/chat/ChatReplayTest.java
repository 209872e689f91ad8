package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.CHAT;
import static fakestream.protocol.chat.Chunks.FRESH;
import static fakestream.protocol.chat.Chunks.REQUEST;
import static fakestream.protocol.chat.Chunks.answer;
import static fakestream.protocol.chat.Chunks.answerWith;
import static fakestream.protocol.chat.Chunks.choice;
import static fakestream.protocol.chat.Chunks.chunks;
import static fakestream.protocol.chat.Chunks.deltas;
import static fakestream.protocol.chat.Chunks.json;
import static fakestream.protocol.chat.Chunks.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatReplayTest {
    private static final JsonObject HELLO = answer("{'role':'assistant','content':'Hello'}");

    @Test
    void streamsAnAnswerByteForByteLikeOpenAi() {
        var head = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":17,"
                + "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":";
        var hello = answer("{'role':'assistant','content':'Hello','refusal':null}");
        assertEquals(List.of(
                head + "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},"
                        + "\"finish_reason\":null}]}",
                head + "{\"content\":\"Hello\"},\"finish_reason\":null}]}",
                head + "{},\"finish_reason\":\"stop\"}]}",
                "[DONE]"), Chunks.data(CHAT.replay(REQUEST, hello, FRESH)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'role':'assistant','content':'x'} -> {'role':'assistant','content':''}",
        "{'role':'assistant','content':null} -> {'role':'assistant','content':null}",
        "{'role':'assistant'} -> {'role':'assistant'}", "{} -> {'role':'assistant'}",
        "{'role':null,'content':''} -> {'role':'assistant','content':''}",
        "{'role':'','refusal':'No.'} -> {'role':'assistant','refusal':''}",
        "{'role':'model','refusal':null} -> {'role':'model','refusal':null}",
        "{'content':[{'type':'text'}],'reasoning':'r'} -> {'role':'assistant'}"})
    void opensWithTheRoleAndWithoutAnyText(String messageAndOpening) {
        var parts = messageAndOpening.split(" -> ");
        var opening = choice(chunks(answer(parts[0])).getFirst(), 0);
        assertEquals(json("{'index':0,'finish_reason':null}").with("delta", json(parts[1])),
                opening);
    }

    @Test
    void sendsOtherMembersThenContentThenRefusalThenCalls() {
        assertEquals(List.of(json("{'vendor':null,'reasoning':'r','annotations':[]}"),
                json("{'content':'c'}"), json("{'refusal':'no'}"),
                json("{'function_call':{'name':'f','arguments':'{}'}}"),
                json("{'tool_calls':[{'index':0,'id':'t','type':'function','function':"
                        + "{'name':'g','arguments':''}}]}")),
                deltas("{'tool_calls':[{'id':'t','type':'function','function':"
                        + "{'name':'g','arguments':''}}],'vendor':null,'refusal':'no',"
                        + "'function_call':{'name':'f','arguments':'{}'},'reasoning':'r',"
                        + "'content':'c','annotations':[],'role':'assistant'}"));
    }

    @Test
    void neverSplitsReasoning() {
        var reasoning = "First this. Then that. ".repeat(1000);
        var message = json("{'content':null}").with("reasoning_content", string(reasoning));
        assertEquals(List.of(json("{}").with("reasoning_content", string(reasoning))),
                deltas(message));
    }

    @Test
    void sendsNonTextContentUnchanged() {
        var list = "{'content':[{'type':'thinking','thinking':[{'text':'t'}]},{'type':'text'}]}";
        assertEquals(List.of(json(list)), deltas(list));
    }

    @Test
    void omitsANullCallOrAudio() {
        assertEquals(List.of(json("{'reasoning':null}")), deltas("{'reasoning':null,"
                + "'tool_calls':null,'function_call':null,'audio':null,'content':null}"));
    }

    @Test
    void cutsTextIntoPiecesOfTheGivenLength() {
        var state = new StreamState("x", 1, 0, 6);
        var chunks = chunks(REQUEST, answer("{'content':'Hello, world'}"), state);
        assertEquals(List.of("", "Hello,", " world"), chunks.subList(0, 3).stream()
                .map(chunk -> ((JsonObject) choice(chunk, 0).get("delta")).string("content"))
                .toList());
    }

    @Test
    void marksTextsAsPacedPieces() {
        var message = answer("{'content':'c','refusal':'r','reasoning':'x','tool_calls':"
                + "[{'id':'t','function':{'name':'f','arguments':'{}'}}]}");
        assertEquals(List.of(false, false, true, true, false, false, false),
                CHAT.replay(REQUEST, message, FRESH).events().stream().map(SseEvent::piece)
                        .toList());
    }

    @Test
    void sendsVendorFieldsOfTheAnswerInTheFirstChunkOnly() {
        var chunks = chunks(HELLO.with("citations", value("['u']"))
                .with("x_groq", value("{'a':1.0}")).with("provider", JsonNull.NULL));
        assertEquals("[\"u\"]", chunks.getFirst().get("citations").toString());
        assertEquals("{\"a\":1.0}", chunks.getFirst().get("x_groq").toString());
        assertEquals(JsonNull.NULL, chunks.getFirst().get("provider"));
        for (var chunk : chunks.subList(1, chunks.size())) {
            assertEquals(List.of("id", "object", "created", "model", "choices"),
                    List.copyOf(chunk.members().keySet()));
        }
    }

    @Test
    void sendsVendorFieldsOfAChoiceInItsFirstAndLastChunk() {
        var chunks = chunks(answerWith(value("[{'index':0,'message':{'content':'Hi'},"
                + "'stop_reason':null,'seed':12345678901234567890,'finish_reason':'eos'}]")));
        var vendor = "\"stop_reason\":null,\"seed\":12345678901234567890,\"finish_reason\":";
        assertEquals("[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}," + vendor
                + "null}]", chunks.getFirst().get("choices").toString());
        assertEquals("[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]",
                chunks.get(1).get("choices").toString());
        assertEquals("[{\"index\":0,\"delta\":{}," + vendor + "\"eos\"}]",
                chunks.getLast().get("choices").toString());
    }

    @Test
    void repeatsFingerprintAndTierInEveryChunk() {
        for (var chunk : chunks(HELLO.with("system_fingerprint", JsonNull.NULL)
                .with("service_tier", value("'default'")))) {
            assertEquals(JsonNull.NULL, chunk.get("system_fingerprint"));
            assertEquals("default", chunk.string("service_tier"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"error", "obfuscation", "usage"})
    void omitsMembersThatNoChunkMayHave(String name) {
        for (var chunk : chunks(HELLO.with(name, JsonNull.NULL))) {
            assertFalse(chunk.has(name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"'id':'','created':null,'model':null", "'id':null", "'id':5", "'x':1"})
    void addsOnlyMembersThatSdksRequire(String members) {
        var answer = json("{" + members + ",'choices':[{}]}");
        var chunk = chunks(answer).getLast();
        assertEquals("{\"id\":\"chatcmpl-minted\",\"object\":\"chat.completion.chunk\","
                + "\"created\":0,\"model\":\"asked\",\"choices\":[{\"index\":0,\"delta\":{},"
                + "\"finish_reason\":\"stop\"}]}", chunk.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'finish_reason':null", "'finish_reason':''", "'x':1"})
    void addsAFinishThatFitsTheMessage(String reason) {
        assertEquals("stop", finish("{" + reason + ",'message':{'tool_calls':[]}}"));
        assertEquals("tool_calls",
                finish("{" + reason + ",'message':{'tool_calls':[{'id':'t'}]}}"));
    }

    @Test
    void keepsAnUnknownFinish() {
        assertEquals("eos", finish("{'finish_reason':'eos','message':{'tool_calls':[{}]}}"));
    }

    @Test
    void hasAnEntryForEveryChoiceInEveryChunkAndFinishesThemTogether() {
        var chunks = chunks(answerWith(value("[{'index':1,'message':{'content':'b'}},"
                + "{'index':0,'finish_reason':'length',"
                + "'message':{'content':'a','refusal':'r'}}]")));
        assertEquals(List.of("{'content':'a'} {'content':'b'}", "{'refusal':'r'} {}", "{} {}"),
                chunks.subList(1, 4).stream().map(chunk -> choice(chunk, 0).get("delta") + " "
                        + choice(chunk, 1).get("delta")).map(s -> s.replace('"', '\'')).toList());
        assertEquals(List.of("0 null 1 null", "0 null 1 null", "0 null 1 null",
                "0 \"length\" 1 \"stop\""), chunks.stream().map(chunk -> said(chunk, 0) + " "
                        + said(chunk, 1)).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'index':0},{'index':0}", "{},{}", "{'index':1},{}",
        "{'index':-1},{'index':'a'}", "{'index':1.5},{'index':12345678901234567890}"})
    void numbersChoicesByPositionIfTheirIndicesAreUnusable(String choices) {
        var opening = chunks(answerWith(value("[" + choices + "]"))).getFirst();
        assertEquals(List.of("0", "1"), IntStream.range(0, 2)
                .mapToObj(i -> choice(opening, i).get("index").toString()).toList());
    }

    private static String said(JsonObject chunk, int place) {
        return choice(chunk, place).get("index") + " " + choice(chunk, place).get("finish_reason");
    }

    private static String finish(String choice) {
        var last = chunks(answerWith(value("[" + choice + "]"))).getLast();
        return choice(last, 0).string("finish_reason");
    }

    private static JsonString string(String text) {
        return new JsonString(text);
    }
}
