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

/// Sorts the parts of a message's tool calls, in the order of the stream, into whole calls. A part
/// belongs to the call with its index; but another id begins another call, and so does a name after
/// complete arguments. A part with neither id nor index continues the last call.
final class ToolCallFold {
    private final List<Call> calls = new ArrayList<>();

    /// One call, with its parts so far.
    ///
    /// @param index the index of its first part; -1 if that has none
    /// @param number unique among the calls: its index, unless another call has that number
    private record Call(int index, int number, List<JsonObject> parts) {
        /// The first text of that name in its parts that is not empty; empty if there is none.
        private String text(String name) {
            return parts.stream().map(part -> ToolCallFold.text(part, name))
                    .filter(text -> !text.isEmpty()).findFirst().orElse("");
        }

        /// Whether its arguments are a whole JSON object; nothing can follow one.
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

    /// The calls, without their indices: a whole answer has only their order.
    ///
    /// @param joined merges the parts of one call
    static JsonArray of(List<JsonObject> parts, Function<List<JsonObject>, JsonObject> joined) {
        var fold = new ToolCallFold();
        parts.forEach(fold::add);
        return new JsonArray(fold.calls.stream().<JsonValue>map(call ->
                joined.apply(call.parts()).without("index")).toList());
    }

    /// Adds the next part.
    ///
    /// @return the number of its call: its own index, unless that is missing or another call's
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

    /// The call that a part belongs to, or null if the part begins a call.
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

    /// A text of a part: `name` comes from its function, any other text from the part itself.
    private static String text(JsonObject part, String name) {
        var text = name.equals("name") ? function(part).string(name) : part.string(name);
        return text == null ? "" : text;
    }

    private static JsonObject function(JsonObject part) {
        return JsonObject.orEmpty(part.get("function"));
    }
}
