package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.CHAT;
import static fakestream.protocol.chat.Chunks.json;
import static fakestream.protocol.chat.Chunks.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.protocol.InvalidAnswer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatAnswerTest {

    @ParameterizedTest
    @ValueSource(strings = {
        "{'id':'x','choices':[{'index':0,'message':{'content':'Hi'}}],'usage':{'t':1.0}}",
        "{'choices':[{}]}", "{'choices':[{'text':5}]}",
        "{'choices':[{'message':null,'text':null}]}",
        "{'choices':[{'message':{'content':null},'text':'beside it'}]}",
        "{'error':null,'choices':[{}]}", "{'error':'','choices':[{}]}",
        "{'choices':[{'content_filter_results':{'hate':{'filtered':true}}}]}",
        "{'candidates':[{'content':'of a vendor'}],'choices':[{'message':{'content':'Hi'}}]}"})
    void leavesAChatCompletionUnchanged(String body) throws InvalidAnswer {
        assertEquals(json(body).toString(), CHAT.answer(json(body)).toString());
    }

    @Test
    void usesTheTextOfAChoiceAsItsMessage() throws InvalidAnswer {
        assertEquals(json("{'object':'text_completion','choices':[{'index':0,'logprobs':null,"
                + "'message':{'role':'assistant','content':'\\nHi'}},"
                + "{'message':{'role':'assistant','content':''}}]}"),
                CHAT.answer(json("{'object':'text_completion','choices':[{'text':'\\nHi','index':0,"
                        + "'logprobs':null},{'text':'','message':null}]}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'error':{'message':'no','code':'content_filter'},'choices':[]}",
        "{'error':{'message':'no','code':'content_filter'},'choices':[{}]}",
        "{'object':'error','message':'no','code':'content_filter'}",
        "{'type':'error','message':'no','code':'content_filter'}"})
    void recognizesAnErrorUnderAGoodStatus(String body) {
        var refused = assertThrows(InvalidAnswer.class, () -> CHAT.answer(json(body)));
        assertEquals("no", refused.error().message());
        assertEquals("no", refused.getMessage());
        assertEquals("content_filter", refused.error().object().string("code"));
    }

    @Test
    void recognizesATextualError() {
        var refused = assertThrows(InvalidAnswer.class,
                () -> CHAT.answer(json("{'error':'no','choices':[{}]}")));
        assertEquals("no", refused.error().message());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "[] -> JSON that is no object", "null -> JSON that is no object",
        "'Hello' -> JSON that is no object", "5 -> JSON that is no object",
        "{} -> no choices", "{'choices':[]} -> no choices", "{'choices':null} -> no choices",
        "{'choices':{'0':{}}} -> no choices", "{'candidates':[]} -> no choices",
        "{'candidates':[null]} -> no choices", "{'candidates':{}} -> no choices",
        "{'choices':[{},null]} -> a choice that is no object"})
    void refusesAnswersThatCannotBeStreamed(String bodyAndReason) {
        var parts = bodyAndReason.split(" -> ");
        var refused = assertThrows(InvalidAnswer.class, () -> CHAT.answer(value(parts[0])));
        assertEquals("upstream_invalid", refused.error().object().string("code"));
        assertTrue(refused.getMessage().endsWith(parts[1]), refused.getMessage());
    }
}
