package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.ToolCalls;
import java.util.HashMap;
import java.util.Map;

/// Gives each tool call of a stream an index of its own if the upstream gives two calls one index,
/// or none: clients would merge the two calls, or lose one. It belongs to the thread that reads the
/// stream.
final class ToolCallIndices {
    private final Map<Integer, ToolCallFold> choices = new HashMap<>();

    /// The event with these indices; the same event if its own are right.
    SseEvent.Received mended(SseEvent.Received event) {
        if (!event.data().contains("\"tool_calls\"")) {
            return event;
        }
        var chunk = event.object();
        if (!(chunk.get("choices") instanceof JsonArray told)) {
            return event;
        }
        var choices = new JsonArray(told.elements().stream().map(choice ->
                choice instanceof JsonObject object ? mended(chunk, object) : choice).toList());
        return choices.equals(told) ? event : event.with(chunk.with("choices", choices));
    }

    private JsonObject mended(JsonObject chunk, JsonObject choice) {
        if (!(choice.get("delta") instanceof JsonObject delta)
                || !(delta.get("tool_calls") instanceof JsonArray(var parts))) {
            return choice;
        }
        var place = Protocol.index(choice, 0);
        var calls = choices.computeIfAbsent(place, _ -> new ToolCallFold());
        var prefix = "call_" + chunk.string("id") + "_" + place + "_";
        return choice.with("delta", delta.with("tool_calls", new JsonArray(parts.stream()
                .map(part -> part instanceof JsonObject object ? mended(calls, prefix, object)
                        : part).toList())));
    }

    /// A call begins with its name and then needs an id. OpenAI takes back at most 40 characters.
    private static JsonValue mended(ToolCallFold calls, String prefix, JsonObject part) {
        var number = calls.add(part);
        var placed = Protocol.index(part, -1) == number ? part
                : part.with("index", JsonNumber.of(number));
        if (!(part.get("function") instanceof JsonObject function)) {
            return placed;
        }
        var text = ToolCalls.withTextArguments(function);
        var told = text == function ? placed : placed.with("function", text);
        var id = prefix + number;
        return ToolCalls.hasId(part, "id") || !ToolCalls.hasId(function, "name") ? told
                : told.with("id", new JsonString(id.substring(Math.max(0, id.length() - 40))));
    }
}
