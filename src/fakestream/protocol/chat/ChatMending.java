package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.ToolCalls;
import java.util.HashMap;
import java.util.Map;

/// Repairs the events of an upstream's stream where clients would lose something. It belongs to the
/// thread that reads the stream.
///
/// A choice gets a delta if an event holds its whole message instead: clients read only deltas.
/// After deltas a message only repeats them (MiniMax ends its streams so), and stays as it is. A
/// tool call gets an index of its own if the upstream gives two calls one index, or none: clients
/// would merge the two calls, or lose one.
final class ChatMending {
    /// Whether the stream has told any part of the answer.
    private boolean told;
    private final Map<Integer, ToolCallFold> calls = new HashMap<>();

    /// The repaired event; the same event if nothing is wrong.
    SseEvent.Received mended(SseEvent.Received event) {
        if (!event.data().contains(told ? "\"tool_calls\"" : "\"choices\"")) {
            return event;
        }
        var chunk = event.object();
        var mayBeWhole = !told;
        told |= chunk.objects("choices").stream().anyMatch(choice -> ChatAnswer.isWhole(choice)
                || !EmptyAnswers.isNothing(choice.get("delta")));
        var mended = ChatAnswer.withChoices(chunk, choice -> withIndices(chunk,
                mayBeWhole && ChatAnswer.isWhole(choice) ? withDelta(choice) : choice));
        return mended == chunk ? event : event.with(mended);
    }

    private static JsonObject withDelta(JsonObject choice) {
        return choice.without("message", "text")
                .with("delta", ChatAnswer.withMessage(choice).get("message"));
    }

    private JsonObject withIndices(JsonObject chunk, JsonObject choice) {
        if (!(choice.get("delta") instanceof JsonObject delta)
                || !(delta.get("tool_calls") instanceof JsonArray(var parts))) {
            return choice;
        }
        var place = Protocol.index(choice, 0);
        var fold = calls.computeIfAbsent(place, _ -> new ToolCallFold());
        var prefix = "call_" + chunk.string("id") + "_" + place + "_";
        return choice.with("delta", delta.with("tool_calls", new JsonArray(parts.stream()
                .map(part -> part instanceof JsonObject object ? mended(fold, prefix, object)
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
