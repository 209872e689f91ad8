package fakestream.telemetry;

import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// The tokens that an answer reports, in the words of any API; -1 if it reports none.
public record TokenUsage(long input, long output) {
    /// The usage of an answer that reports none.
    static final TokenUsage UNKNOWN = new TokenUsage(-1, -1);

    private static final List<String> NAMES = List.of("usage", "usageMetadata");
    private static final List<String> INPUT =
            List.of("prompt_tokens", "input_tokens", "promptTokenCount");
    private static final List<String> OUTPUT =
            List.of("completion_tokens", "output_tokens", "candidatesTokenCount");

    private static final Pattern COUNT = Pattern.compile("[0-9]{1,18}");

    /// The usage in a whole answer or in an event of a stream. OpenAI's events of a response and
    /// Anthropic's first event hold it one level deeper.
    public static TokenUsage in(JsonValue answer) {
        if (!(answer instanceof JsonObject object)) {
            return UNKNOWN;
        }
        for (var holder : Arrays.asList(object, object.get("response"), object.get("message"))) {
            for (var name : NAMES) {
                if (holder instanceof JsonObject in && in.get(name) instanceof JsonObject usage) {
                    return new TokenUsage(count(usage, INPUT), count(usage, OUTPUT));
                }
            }
        }
        return UNKNOWN;
    }

    /// This usage, updated by a later event of the same stream: its counts are totals so far.
    TokenUsage then(TokenUsage later) {
        return new TokenUsage(later.input < 0 ? input : later.input,
                later.output < 0 ? output : later.output);
    }

    private static long count(JsonObject usage, List<String> names) {
        for (var name : names) {
            if (usage.get(name) instanceof JsonNumber(var text) && COUNT.matcher(text).matches()) {
                return Long.parseLong(text);
            }
        }
        return -1;
    }
}
