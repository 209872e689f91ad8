package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An empty answer with a reason or with tokens was paid for: the proxy sends it and does not
/// retry.
final class EmptyAnswerTest {
    private static final String CHAT = "/v1/chat/completions {'id':'x','object':'chat.completion',"
            + "'choices':[{'index':0,'message':{'role':'assistant','content':''},"
            + "'finish_reason':'END'}],'usage':{'prompt_tokens':9,'completion_tokens':0,USAGE}}";
    private static final String LEGACY = "/v1/completions {'id':'x','object':'text_completion',"
            + "'choices':[{'index':0,'text':'','finish_reason':'END'}],'usage':{"
            + "'prompt_tokens':9,'completion_tokens':0,USAGE}}";
    private static final String RESPONSE = "/v1/responses {'id':'resp_1','object':'response',"
            + "'status':'END','output':[],'usage':{'input_tokens':9,'output_tokens':0,USAGE}}";
    private static final String MESSAGE = "/v1/messages {'id':'msg_1','type':'message','role':"
            + "'assistant','model':'m','content':[],'stop_reason':'END','stop_sequence':null,"
            + "'usage':{'input_tokens':9,'output_tokens':0,USAGE}}";
    private static final String GEMINI = "/v1beta/models/g:generateContent {'candidates':["
            + "{'content':{'role':'model'},'finishReason':'END'}],"
            + "'usageMetadata':{'promptTokenCount':9,USAGE}}";
    private static final String NONE = "'x':0";
    private static final String REASONED =
            "'total_tokens':9,'completion_tokens_details':{'reasoning_tokens':60}";

    private static int calls(String targetAndAnswer, String end, String usage) {
        var space = targetAndAnswer.indexOf(' ');
        var answer = targetAndAnswer.substring(space + 1).replace("END", end)
                .replace("USAGE", usage).replace('\'', '"');
        try (var upstream = ScriptedUpstream.answering(200, answer, "Retry-After-Ms: 1");
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1")) {
            var response = proxy.request("POST", targetAndAnswer.substring(0, space),
                    Chats.WHOLE.replaceFirst("\\{", "{\"prompt\":\"\",\"input\":\"\","),
                    TestProxy.KEY);
            assertEquals(answer, response.text());
            return upstream.count();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        CHAT + " length", CHAT + " content_filter", CHAT + " SAFETY", CHAT + " max_tokens",
        CHAT + " sensitive", LEGACY + " length", LEGACY + " content_filter",
        RESPONSE + " incomplete", RESPONSE + " in_progress", MESSAGE + " max_tokens",
        MESSAGE + " refusal", MESSAGE + " stop_sequence", MESSAGE + " pause_turn",
        GEMINI + " MAX_TOKENS", GEMINI + " SAFETY", GEMINI + " PROHIBITED_CONTENT"})
    void isSentWithItsReason(String answerAndEnd) {
        var end = answerAndEnd.lastIndexOf(' ');
        assertEquals(1, calls(answerAndEnd.substring(0, end), answerAndEnd.substring(end + 1),
                NONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        CHAT + " stop " + REASONED, CHAT + " stop 'total_tokens':10",
        CHAT + " stop 'total_tokens':1e1", CHAT + " stop 'completion_tokens':1",
        LEGACY + " stop 'total_tokens':10",
        RESPONSE + " completed 'output_tokens_details':{'reasoning_tokens':7}",
        RESPONSE + " completed 'total_tokens':10", MESSAGE + " end_turn 'output_tokens':2",
        GEMINI + " STOP 'thoughtsTokenCount':5", GEMINI + " STOP 'candidatesTokenCount':5",
        GEMINI + " STOP 'totalTokenCount':10"})
    void isSentIfItCountsTokens(String answerEndAndUsage) {
        var usage = answerEndAndUsage.lastIndexOf(' ');
        var end = answerEndAndUsage.lastIndexOf(' ', usage - 1);
        assertEquals(1, calls(answerEndAndUsage.substring(0, end),
                answerEndAndUsage.substring(end + 1, usage),
                answerEndAndUsage.substring(usage + 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        CHAT + " stop 'total_tokens':9", CHAT + " stop 'total_tokens':0",
        CHAT + " stop 'completion_tokens_details':{'reasoning_tokens':0}",
        CHAT + " insufficient_system_resource 'x':0", LEGACY + " stop 'x':0",
        RESPONSE + " completed 'total_tokens':9", MESSAGE + " end_turn 'x':0",
        GEMINI + " STOP 'totalTokenCount':9"})
    void isRetriedIfItHasNoReason(String answerEndAndUsage) {
        var usage = answerEndAndUsage.lastIndexOf(' ');
        var end = answerEndAndUsage.lastIndexOf(' ', usage - 1);
        assertEquals(2, calls(answerEndAndUsage.substring(0, end),
                answerEndAndUsage.substring(end + 1, usage),
                answerEndAndUsage.substring(usage + 1)));
    }

    /// Azure's filter leaves only the reason and the token count of the answer.
    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/completions"})
    void isSentWithoutChoicesIfItCountsTokens(String target) {
        var answer = "{\"id\":\"x\",\"choices\":[],"
                + "\"prompt_filter_results\":[{\"prompt_index\":0}],"
                + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"total_tokens\":13}}";
        try (var upstream = ScriptedUpstream.answering(200, answer, "Retry-After-Ms: 1");
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1")) {
            var asked = Chats.WHOLE.replaceFirst("\\{", "{\"prompt\":\"\",");
            assertEquals(answer, proxy.request("POST", target, asked, TestProxy.KEY).text());
            var streamed = proxy.request("POST", target,
                    asked.replace("{\"prompt\"", "{\"stream\":true,\"prompt\""), TestProxy.KEY);
            assertEquals(200, streamed.status());
            assertTrue(streamed.text().contains("prompt_filter_results"), streamed::text);
            assertTrue(streamed.text().contains("\"completion_tokens\":4"), streamed::text);
            assertTrue(streamed.text().endsWith("data: [DONE]\n\n"), streamed::text);
            assertEquals(2, upstream.count());
        }
    }
}
