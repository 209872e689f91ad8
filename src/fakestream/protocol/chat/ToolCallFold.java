package fakestream.protocol.chat;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// Sorts the parts of a message's tool calls, in the order in which a stream told them, into whole
/// calls. A part belongs to the call with its index; but another id begins another call, and so
/// does a name behind arguments that are complete. A part with neither id nor index goes on with
/// the last call.
final class ToolCallFold {
    private final List<Call> calls = new ArrayList<>();

    /// One call, by its parts so far.
    ///
    /// @param index that it goes by; -1 where it has none
    /// @param number that no other call has: its index, where that is its own
    private record Call(int index, int number, List<JsonObject> parts) {
        /// The first text of that name in its parts that is not empty; an empty one where there is
        /// none.
        private String text(String name) {
            return parts.stream().map(part -> ToolCallFold.text(part, name))
                    .filter(text -> !text.isEmpty()).findFirst().orElse("");
        }

        /// Whether its arguments are a whole JSON object, behind which nothing can come.
        private boolean hasAllArguments() {
            var told = parts.stream().map(part -> function(part).get("arguments"))
                    .filter(Objects::nonNull).map(arguments ->
                            arguments instanceof JsonString(var text) ? text : "" + arguments);
            try {
                return Json.parse(String.join("", told.toList())) instanceof JsonObject;
            } catch (JsonException _) {
                return false;
            }
        }
    }

    /// The calls, without their indices: the place in the list is what a whole answer has.
    ///
    /// @param joined makes one call of its parts
    static JsonArray of(List<JsonValue> parts, Function<List<JsonObject>, JsonObject> joined) {
        var fold = new ToolCallFold();
        parts.forEach(part -> {
            if (part instanceof JsonObject object) {
                fold.add(object);
            }
        });
        return new JsonArray(fold.calls.stream().<JsonValue>map(call ->
                joined.apply(call.parts()).without("index")).toList());
    }

    /// Adds the next part.
    ///
    /// @return the number of its call, which is its own index unless that is missing or another's
    int add(JsonObject part) {
        var index = Protocol.index(part, -1);
        var call = call(index, part);
        if (call == null) {
            call = new Call(index, number(index), new ArrayList<>());
            calls.add(call);
        }
        call.parts().add(part);
        return call.number();
    }

    private int number(int index) {
        var numbers = calls.stream().map(Call::number).toList();
        return index >= 0 && !numbers.contains(index) ? index
                : numbers.stream().mapToInt(number -> number + 1).max().orElse(0);
    }

    /// The call that a part belongs to, or null where it begins one.
    private Call call(int index, JsonObject part) {
        var id = text(part, "id");
        Call last = null;
        for (var call : calls) {
            last = index < 0 || call.index() == index ? call : last;
        }
        for (var call : id.isEmpty() ? List.<Call>of() : calls.reversed()) {
            var fits = index < 0 || call.index() < 0 || call.index() == index;
            if (fits && call.text("id").equals(id)) {
                return call;
            }
        }
        var goesOn = last != null && (id.isEmpty() || index >= 0 && last.text("id").isEmpty());
        return goesOn && !beginsAnother(last, part) ? last : null;
    }

    private static boolean beginsAnother(Call last, JsonObject part) {
        return !text(part, "name").isEmpty() && text(part, "id").isEmpty()
                && !last.text("name").isEmpty() && last.hasAllArguments();
    }

    /// A text of a part, be it its own or its function's.
    private static String text(JsonObject part, String name) {
        var text = name.equals("name") ? function(part).string(name) : part.string(name);
        return text == null ? "" : text;
    }

    private static JsonObject function(JsonObject part) {
        return JsonObject.orEmpty(part.get("function"));
    }
}
