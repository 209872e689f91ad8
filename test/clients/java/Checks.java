import com.openai.core.JsonField;
import com.openai.core.JsonValue;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The view of a program that uses openai-java: answers, usage, failures.
final class Checks {

    private static final String LATE = "fails late";
    private static final String CODE = "rate_limit_exceeded";

    private final Report report;
    private final Chat chat;
    private final Chat chunky;

    /// `chunky` uses a daemon whose heartbeats are empty chunks.
    Checks(Report report, Chat chat, Chat chunky) {
        this.report = report;
        this.chat = chat;
        this.chunky = chunky;
    }

    void run() {
        Stream.of("text", "two choices", "several tool calls").forEach(model ->
                report.check("accumulates " + model, () -> same(model)));
        report.check("takes no notice of comments", () -> same("slow"));
        report.check("takes no notice of empty chunks", this::sameButForTheBeats);
        report.check("sees no usage where it did not ask", this::noUsage);
        report.check("accumulates an answer without asking for its usage", this::sameButForUsage);
        report.check("sees the usage it asked for once, in the last chunk", this::usageAtTheEnd);
        report.check("throws an early 401", () -> early(401, UnauthorizedException.class));
        report.check("throws an early 429", () -> early(429, RateLimitException.class));
        report.check("throws the upstream's error after the commit", () ->
                late(() -> chat.chunks(LATE, false)));
        report.check("throws the error of a response after the commit", () ->
                late(() -> chat.responseEvents(LATE)));
    }

    private void same(String model) {
        requireSame(chat.whole(model), chat.accumulated(model, true));
    }

    /// The beat came before the answer: its id stays, and its timestamp and model may too.
    private void sameButForTheBeats() {
        ChatCompletion streamed = chunky.accumulated("slow", true);
        ChatCompletion whole = chat.whole("slow").toBuilder()
                .id(streamed.id())
                .created(streamed.created())
                .model(streamed.model())
                .build();
        requireSame(whole, streamed);
    }

    private static void requireSame(ChatCompletion whole, ChatCompletion streamed) {
        String difference = new Comparison(whole, streamed).difference();
        Report.require(difference == null, difference);
    }

    private void noUsage() {
        for (ChatCompletionChunk chunk : chat.chunks("text", false)) {
            Report.require(chunk._usage().isMissing(), "a chunk has a usage");
        }
    }

    private void sameButForUsage() {
        ChatCompletion whole = chat.whole("text").toBuilder()
                .usage(JsonField.ofNullable(null))
                .build();
        requireSame(whole, chat.accumulated("text", false));
    }

    private void usageAtTheEnd() {
        List<ChatCompletionChunk> chunks = chat.chunks("text", true);
        long told = chunks.stream().filter(chunk -> chunk.usage().isPresent()).count();
        Report.require(told == 1, told + " chunks with a usage");
        Report.require(chunks.getLast().usage().isPresent(), "the usage is not in the last chunk");
        Report.require(chunks.getLast().choices().isEmpty(), "the usage chunk has choices");
    }

    private void early(int status, Class<? extends OpenAIServiceException> type) {
        OpenAIServiceException thrown = thrownBy(() -> chat.chunks("fails " + status, false));
        Report.require(type.isInstance(thrown), "threw " + Report.onOneLine(thrown));
        requireMessage(thrown, "the upstream says " + status);
    }

    private static void late(Supplier<List<?>> asking) {
        OpenAIServiceException thrown = thrownBy(asking);
        Report.require(thrown instanceof SseException, "threw " + Report.onOneLine(thrown));
        requireMessage(thrown, "the upstream gave up");
        Report.require(thrown.code().equals(Optional.of(CODE)), "code " + thrown.code());
    }

    private static OpenAIServiceException thrownBy(Supplier<List<?>> asking) {
        try {
            throw new AssertionError("got " + asking.get());
        } catch (OpenAIServiceException thrown) {
            return thrown;
        }
    }

    private static void requireMessage(OpenAIServiceException thrown, String message) {
        JsonValue body = thrown.body();
        String said = thrown.getMessage() + " " + body;
        Report.require(said.contains(message), "no word of the upstream's in " + said);
    }
}
