package fakestream.protocol;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// Where a client looks for usage that it did not ask for. Most vendors send usage unasked, so the
/// clients of these vendors do not ask.
public enum UnaskedUsage {
    /// Nowhere: usage would break the client.
    NOWHERE,
    /// On the chunk that has the finish reason, where Mistral, Together, OpenRouter and DeepSeek
    /// send it.
    AT_FINISH,
    /// There, and in the `x_groq` of that chunk, where Groq sends it.
    AT_FINISH_FOR_GROQ;

    /// The clients that need something else than most, each with its evidence.
    private static final List<Client> CLIENTS = List.of(
            // openai-java 4.101: ChatCompletionAccumulator reads nothing but the usage of a chunk
            // that has one, so it misses the finish: "`choices` is required, but was not set".
            new Client("X-Stainless-Lang", "java", NOWHERE),
            // groq-sdk 1.6 says "Groq/JS 1.6.0", Groq's Python SDK "Groq/Python" or
            // "AsyncGroq/Python"; their type of a chunk has `x_groq.usage`.
            new Client("User-Agent", "(Async)?Groq/.*", AT_FINISH_FOR_GROQ),
            // @ai-sdk/groq 3.0.71 reads `x_groq.usage` alone.
            new Client("User-Agent", ".*\\bai-sdk/groq/.*", AT_FINISH_FOR_GROQ));

    private record Client(String header, Pattern mark, UnaskedUsage place) {
        Client(String header, String mark, UnaskedUsage place) {
            this(header, Pattern.compile(mark), place);
        }

        boolean sent(UnaryOperator<String> headers) {
            var value = headers.apply(header);
            return value != null && mark.matcher(value).matches();
        }
    }

    /// The place for a client that sent these headers.
    ///
    /// @param headers gives the value of the header with that name, or null
    public static UnaskedUsage of(UnaryOperator<String> headers) {
        return CLIENTS.stream().filter(client -> client.sent(headers)).map(Client::place)
                .findFirst().orElse(AT_FINISH);
    }
}
