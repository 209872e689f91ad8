package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import java.util.HashMap;
import java.util.Map;

/// Gives the tool calls of one stream indices of their own, where its upstream gives two calls one
/// index, or none: clients would make one call of the two, or lose it. It belongs to the thread
/// that reads the stream.
final class ToolCallIndices {
    private final Map<Integer, ToolCallFold> choices = new HashMap<>();

    /// The event with those indices; the same event where its own are right.
    SseEvent.Received mended(SseEvent.Received event) {
        if (!event.data().contains("\"tool_calls\"")) {
            return event;
        }
        var chunk = event.object();
        if (!(chunk.get("choices") instanceof JsonArray told)) {
            return event;
        }
        var choices = new JsonArray(told.elements().stream().map(choice ->
                choice instanceof JsonObject object ? mended(object) : choice).toList());
        if (choices.equals(told)) {
            return event;
        }
        var data = chunk.with("choices", choices).toString();
        return new SseEvent.Received(new SseEvent.Message(event.type(), data, false).bytes(),
                event.type(), data);
    }

    private JsonObject mended(JsonObject choice) {
        if (!(choice.get("delta") instanceof JsonObject delta)
                || !(delta.get("tool_calls") instanceof JsonArray(var parts))) {
            return choice;
        }
        var calls = choices.computeIfAbsent(ChatChoice.index(choice, 0), _ -> new ToolCallFold());
        return choice.with("delta", delta.with("tool_calls", new JsonArray(parts.stream()
                .map(part -> part instanceof JsonObject object ? mended(calls, object) : part)
                .toList())));
    }

    private static JsonValue mended(ToolCallFold calls, JsonObject part) {
        var number = calls.add(part);
        return ChatChoice.index(part, -1) == number ? part
                : part.with("index", JsonNumber.of(number));
    }
}
