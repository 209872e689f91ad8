import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.anthropic.AnthropicChatOptions;
import org.springframework.ai.chat.messages.AssistantMessage.ToolCall;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;

/// The view of a program that uses Spring AI: a message.
final class Spring {

    private static final Set<ToolCall> CALLS =
            Set.of(new ToolCall("toolu_1", "function", "clock", "{}"));

    private Spring() {
    }

    /// Requires the same tool call from the whole message and from its stream.
    static void check(String daemonUrl, String name) {
        var options = AnthropicChatOptions.builder()
                .baseUrl(daemonUrl)
                .apiKey("sk-client")
                .model(name)
                .maxTokens(99)
                .maxRetries(0)
                .build();
        var model = AnthropicChatModel.builder().options(options).build();
        var prompt = new Prompt("hello", options);
        try {
            requireCalls(List.of(model.call(prompt)));
            requireCalls(model.stream(prompt).collectList().block());
        } finally {
            model.getAnthropicClient().close();
            model.getAnthropicClientAsync().close();
        }
    }

    private static void requireCalls(List<ChatResponse> responses) {
        Set<ToolCall> calls = responses.stream()
                .flatMap(response -> response.getResults().stream())
                .flatMap(result -> result.getOutput().getToolCalls().stream())
                .collect(Collectors.toSet());
        Report.require(calls.equals(CALLS), "got " + calls);
    }
}
