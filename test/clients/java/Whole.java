import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.messages.MessageCreateParams;
import com.google.genai.Client;
import com.google.genai.types.HttpOptions;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.ResponseCreateParams;

/// Clients that request no stream: each must read the same behind blank lines as at once.
final class Whole {

    /// Sends a daemon a request for a model, or for one whose name begins with another word.
    @FunctionalInterface
    private interface Ask {
        Object ask(String url, String word) throws Exception;
    }

    private final Report report;
    private final boolean throwsAtErrors;
    private final String url;
    private final String patientUrl;

    /// @param throwsAtErrors whether the client throws if an answer has a good status but holds an
    ///     error
    /// @param patientUrl a daemon that sends blank lines
    private Whole(String client, boolean throwsAtErrors, String url, String patientUrl) {
        this.report = new Report(client);
        this.throwsAtErrors = throwsAtErrors;
        this.url = url;
        this.patientUrl = patientUrl;
    }

    static void run(String url, String patientUrl) {
        var openai = new Whole("openai-java", true, url, patientUrl);
        openai.check("a chat", (at, word) ->
                openai(at).chat().completions().create(ChatCompletionCreateParams.builder()
                        .model(word + " chat").addUserMessage("hello").build()).choices());
        openai.check("a response", (at, word) ->
                openai(at).responses().create(ResponseCreateParams.builder()
                        .model(word + " response").input("hello").build()).output());
        openai.check("a vector", (at, word) ->
                openai(at).embeddings().create(EmbeddingCreateParams.builder()
                        .model(word + " vector").input("hello").build()).data());
        new Whole("anthropic-java", true, url, patientUrl).check("a message", Whole::message);
        var gemini = new Whole("google-genai", false, url, patientUrl);
        gemini.check("content", (at, word) ->
                gemini(at).models.generateContent(word, "hello", null).candidates());
        gemini.check("a count", (at, word) ->
                gemini(at).models.countTokens(word, "hello", null).totalTokens());
    }

    private void check(String what, Ask ask) {
        report.check("reads " + what + " behind blank lines", () -> {
            var whole = ask.ask(url, "whole");
            var late = ask.ask(patientUrl, "late");
            Report.require(whole.equals(late), "got " + late + " late, and " + whole + " at once");
        });
        report.check((throwsAtErrors ? "throws at" : "reads") + " a late error instead of " + what,
                () -> Report.require(isThrown(ask) == throwsAtErrors, "it does not"));
    }

    private boolean isThrown(Ask ask) {
        try {
            ask.ask(patientUrl, "fails");
            return false;
        } catch (Exception thrown) {
            return true;
        }
    }

    private static Object message(String url, String word) {
        var client = AnthropicOkHttpClient.builder()
                .baseUrl(url).apiKey("sk-client").maxRetries(0).build();
        try {
            return client.messages().create(MessageCreateParams.builder()
                    .model(word + " message").maxTokens(99).addUserMessage("hello").build())
                    .content();
        } finally {
            client.close();
        }
    }

    private static OpenAIClient openai(String url) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(url + "/v1").apiKey("sk-client").maxRetries(0).build();
    }

    private static Client gemini(String url) {
        return Client.builder().apiKey("sk-client")
                .httpOptions(HttpOptions.builder().baseUrl(url).apiVersion("v1beta").build())
                .build();
    }
}
