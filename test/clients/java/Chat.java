import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.List;

/// One question in every way that openai-java offers. It never retries: one request, one answer.
final class Chat {

    private static final ChatCompletionStreamOptions ASKED_USAGE =
            ChatCompletionStreamOptions.builder().includeUsage(true).build();

    private final OpenAIClient client;

    Chat(String daemonUrl) {
        client = OpenAIOkHttpClient.builder()
                .baseUrl(daemonUrl + "/v1")
                .apiKey("sk-client")
                .maxRetries(0)
                .build();
    }

    ChatCompletion whole(String model) {
        return client.chat().completions().create(question(model).build());
    }

    /// Throws the client's exception, also if the stream breaks off.
    List<ChatCompletionChunk> chunks(String model, boolean withUsage) {
        var question = question(model);
        if (withUsage) {
            question.streamOptions(ASKED_USAGE);
        }
        try (var response = client.chat().completions().createStreaming(question.build())) {
            return response.stream().toList();
        }
    }

    /// Throws the client's exception.
    List<ResponseStreamEvent> responseEvents(String model) {
        var question = ResponseCreateParams.builder().model(model).input("hello").build();
        try (var response = client.responses().createStreaming(question)) {
            return response.stream().toList();
        }
    }

    ChatCompletion accumulated(String model, boolean withUsage) {
        var accumulator = ChatCompletionAccumulator.create();
        chunks(model, withUsage).forEach(accumulator::accumulate);
        return accumulator.chatCompletion();
    }

    void close() {
        client.close();
    }

    private static ChatCompletionCreateParams.Builder question(String model) {
        return ChatCompletionCreateParams.builder().model(model).addUserMessage("hello");
    }
}
