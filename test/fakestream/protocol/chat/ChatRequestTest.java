package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.CHAT;
import static fakestream.protocol.chat.Chunks.json;
import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.json.JsonObject;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatRequestTest {

    @Test
    void requestsTheWholeAnswer() {
        assertEquals("{\"model\":\"m\",\"stream\":false,\"messages\":[]}",
                CHAT.whole(json("{'model':'m','stream':true,'messages':[]}")).toString());
    }

    @Test
    void requestsTheWholeAnswerEvenWithoutAStreamMember() {
        assertEquals("{\"messages\":[],\"stream\":false}",
                CHAT.whole(json("{'messages':[]}")).toString());
    }

    @Test
    void keepsEverythingElseAsItWasWritten() {
        var rest = "\"messages\":[{\"role\":\"user\",\"content\":\"\\ud83d \u4e16\"}],\"seed\":"
                + "12345678901234567890,\"temperature\":1.0,\"top_p\":1E-5,\"stop\":null,"
                + "\"n\":2,\"logit_bias\":{\"1\":-100},\"vendor\":{\"stream_options\":{\"a\":1},"
                + "\"stream\":true},\"user\":\"\",\"tools\":[{\"tool_stream\":true}]}";
        assertEquals("{\"stream\":false," + rest,
                CHAT.whole((JsonObject) Chunks.parse("{\"stream\":true," + rest))
                        .toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'stream_options':{'include_usage':true}", "'stream_options':null",
        "'tool_stream':true", "'incremental_output':true", "'return_progress':true"})
    void dropsMembersThatOnlyConcernStreaming(String member) {
        assertEquals("{\"messages\":[],\"stream\":false,\"model\":\"m\"}", CHAT.whole(
                json("{'messages':[]," + member + ",'stream':true,'model':'m'}")).toString());
    }

    @Test
    void leavesTheOriginalRequestUnchanged() {
        var request = json("{'stream':true,'stream_options':{},'messages':[]}");
        var before = request.toString();
        CHAT.whole(request);
        assertEquals(before, request.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'messages':null}", "{'messages':'hi'}", "{'messages':{}}"})
    void refusesARequestWithoutMessages(String request) {
        assertEquals("{\"message\":\"'messages' must be an array\",\"type\":"
                + "\"invalid_request_error\",\"param\":\"messages\",\"code\":null}",
                CHAT.refusal(json(request)).orElseThrow().object().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'messages':[]}", "{'messages':[{'role':'x'}],'model':5}"})
    void leavesTheRestToTheUpstream(String request) {
        assertEquals(Optional.empty(), CHAT.refusal(json(request)));
    }
}
