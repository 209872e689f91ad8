package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Folds the chunks of a stream back into the whole chat completion, for a client that did not
/// ask for a stream and an upstream that sent one. Texts join, lists join, tool calls join by
/// their index; names, ids and whatever stands beside the deltas hold the last value that was not
/// null.
final class ChatFold {
    /// Texts that some upstreams repeat in every delta, where the others are told in parts.
    private static final Set<String> REPEATED = Set.of("role", "id", "type", "name");

    private JsonObject top = JsonObject.EMPTY;
    private final Map<Integer, JsonObject> choices = new TreeMap<>();
    private boolean done;

    private ChatFold() {
    }

    static JsonObject of(List<SseEvent.Received> events) throws NotAnAnswer {
        var fold = new ChatFold();
        for (var event : events) {
            fold.add(event);
        }
        return fold.whole();
    }

    private void add(SseEvent.Received event) throws NotAnAnswer {
        var chunk = ChatPassage.chunk(event);
        if (ChatPassage.isError(event, chunk)) {
            throw new NotAnAnswer(ApiError.in(chunk));
        }
        done |= event.data().equals(ChatCompletions.DONE);
        top = overwritten(top, chunk.without("choices", "object"));
        for (var choice : ChatPassage.choices(chunk)) {
            var index = ChatChoice.index(choice, 0);
            choices.put(index, added(choices.getOrDefault(index, JsonObject.EMPTY), choice));
        }
    }

    /// A choice with one more delta in it; what the delta holds is kept under `message`.
    private static JsonObject added(JsonObject old, JsonObject choice) {
        var result = overwritten(old, choice.without("delta", "logprobs"));
        result = result.with("message", joined("message", orEmpty(old.get("message")),
                orEmpty(choice.get("delta"))));
        return choice.has("logprobs") ? result.with("logprobs",
                joined("logprobs", old.get("logprobs"), choice.get("logprobs"))) : result;
    }

    private static JsonValue orEmpty(JsonValue value) {
        return value instanceof JsonObject ? value : JsonObject.EMPTY;
    }

    private static JsonObject overwritten(JsonObject old, JsonObject by) {
        var members = new LinkedHashMap<>(old.members());
        by.members().forEach((name, value) -> members.merge(name, value,
                (before, now) -> now.equals(JsonNull.NULL) ? before : now));
        return new JsonObject(members);
    }

    private static JsonValue joined(String name, JsonValue old, JsonValue more) {
        if (old == null || old.equals(JsonNull.NULL)) {
            return name.equals("tool_calls") && more instanceof JsonArray(var calls)
                    ? joinedCalls(List.of(), calls) : more;
        }
        return switch (more) {
            case JsonNull _ -> old;
            case JsonString(var text) when old instanceof JsonString(var before)
                    && !REPEATED.contains(name) -> new JsonString(before + text);
            case JsonString(var text) when text.isEmpty() -> old;
            case JsonArray(var calls) when name.equals("tool_calls")
                    && old instanceof JsonArray(var before) -> joinedCalls(before, calls);
            case JsonArray(var list) when old instanceof JsonArray(var before) -> {
                var both = new ArrayList<>(before);
                both.addAll(list);
                yield new JsonArray(both);
            }
            case JsonObject object when old instanceof JsonObject before -> joined(before, object);
            default -> more;
        };
    }

    private static JsonObject joined(JsonObject old, JsonObject more) {
        var members = new LinkedHashMap<>(old.members());
        more.members().forEach((name, value) ->
                members.put(name, joined(name, members.get(name), value)));
        return new JsonObject(members);
    }

    /// The index of a call is its place in the list; a whole answer does not tell it.
    private static JsonArray joinedCalls(List<JsonValue> old, List<JsonValue> more) {
        var calls = new ArrayList<>(old);
        for (var call : more) {
            if (call instanceof JsonObject part) {
                var index = ChatChoice.index(part, calls.size());
                if (index < calls.size()) {
                    calls.set(index, joined((JsonObject) calls.get(index), part.without("index")));
                } else {
                    calls.add(part.without("index"));
                }
            }
        }
        return new JsonArray(calls);
    }

    private JsonObject whole() throws NotAnAnswer {
        var finished = choices.values().stream().allMatch(choice ->
                choice.get("finish_reason") instanceof JsonString);
        if (choices.isEmpty() || !done && !finished) {
            throw new NotAnAnswer(ApiError.upstream("upstream_truncated",
                    "the upstream's stream ended before its answer was whole"));
        }
        var folded = new JsonObject.Builder().add("object", "chat.completion").addAll(top)
                .add("choices", new JsonArray(List.copyOf(choices.values()))).build();
        return JsonNull.NULL.equals(folded.get("usage")) ? folded.without("usage") : folded;
    }
}
