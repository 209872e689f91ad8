package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Recognises empty answers: the form is right, but there is no text, no thought and no call, and
/// no token was made. Overloaded upstreams send them.
public final class EmptyAnswers {
    /// Members that only label an object.
    private static final Set<String> LABELS = Set.of("role", "type", "id", "status", "phase");

    /// The counts of tokens besides the prompt's, thought or said.
    private static final List<String> OUTPUT = List.of("completion_tokens", "output_tokens",
            "reasoning_tokens", "candidatesTokenCount", "thoughtsTokenCount");

    /// Each API's count of all tokens, with its counts of the prompt's tokens.
    private static final Map<String, List<String>> TOTALS = Map.of(
            "total_tokens", List.of("prompt_tokens", "input_tokens"),
            "totalTokenCount", List.of("promptTokenCount"));

    /// The ends of an answer that should not be empty: it is complete, calls follow, or a failure
    /// occurred that may pass. Any other word is a reason for being empty.
    private static final Set<String> USUAL_ENDS = Set.of("", "stop", "eos", "end_turn",
            "completed", "finish_reason_unspecified", "tool_calls", "tool_use", "function_call",
            "error", "network_error", "insufficient_system_resource");

    private EmptyAnswers() {
    }

    /// Whether a value says nothing: it is missing, null or an empty text, or holds only these.
    public static boolean isNothing(JsonValue value) {
        return switch (value) {
            case null -> true;
            case JsonNull _ -> true;
            case JsonString(var text) -> text.isEmpty();
            case JsonArray(var elements) -> elements.stream().allMatch(EmptyAnswers::isNothing);
            case JsonObject(var members) -> members.entrySet().stream().allMatch(member ->
                    LABELS.contains(member.getKey()) || isNothing(member.getValue()));
            case JsonNumber _, JsonBoolean _ -> false;
        };
    }

    /// Whether an answer names a reason for being empty, such as a limit or a filter. A second try
    /// would end the same way.
    public static boolean isReason(String end) {
        return end != null && !USUAL_ENDS.contains(end.toLowerCase(Locale.ROOT));
    }

    /// Whether an answer counts no tokens besides its prompt's. A missing count is zero.
    public static boolean countsNothing(JsonObject answer) {
        return Stream.of("usage", "usageMetadata").map(name ->
                JsonObject.orEmpty(answer.get(name))).allMatch(usage -> isFree(usage)
                        && usage.members().values().stream().allMatch(details ->
                                isFree(JsonObject.orEmpty(details))));
    }

    private static boolean isFree(JsonObject usage) {
        return OUTPUT.stream().allMatch(name -> count(usage, name) <= 0)
                && TOTALS.entrySet().stream().allMatch(total -> total.getValue().stream()
                        .filter(usage::has).allMatch(prompt ->
                                count(usage, total.getKey()) <= count(usage, prompt)));
    }

    private static double count(JsonObject usage, String name) {
        return usage.get(name) instanceof JsonNumber(var text) ? Double.parseDouble(text) : 0;
    }
}
