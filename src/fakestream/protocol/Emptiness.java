package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.Set;
import java.util.regex.Pattern;

/// What an answer without anything in it looks like: its form is right, and yet it has no text, no
/// thought, no call, and no token was made for it. Overloaded upstreams send such.
final class Emptiness {
    /// Members that only say what something is.
    private static final Set<String> LABELS = Set.of("role", "type", "id", "status", "phase");

    private static final Pattern ZERO = Pattern.compile("-?0+(\\.0+)?");

    private Emptiness() {
    }

    /// Whether a value says nothing: it is missing, null, an empty text, or holds only such.
    static boolean isNothing(JsonValue value) {
        return switch (value) {
            case null -> true;
            case JsonNull _ -> true;
            case JsonString(var text) -> text.isEmpty();
            case JsonArray(var elements) -> elements.stream().allMatch(Emptiness::isNothing);
            case JsonObject(var members) -> members.entrySet().stream().allMatch(member ->
                    LABELS.contains(member.getKey()) || isNothing(member.getValue()));
            case JsonNumber _, JsonBoolean _ -> false;
        };
    }

    /// Whether none of these counts of tokens is above zero. One that is missing counts none.
    static boolean countsNothing(JsonObject answer, String usage, String... tokens) {
        for (var name : tokens) {
            if (answer.get(usage) instanceof JsonObject counts
                    && counts.get(name) instanceof JsonNumber(var count)
                    && !ZERO.matcher(count).matches()) {
                return false;
            }
        }
        return true;
    }
}
