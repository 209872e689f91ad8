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
        return folded(events).whole();
    }

    /// Each half for itself and then both as one, so that a long text is not copied once for each
    /// of its pieces.
    private static ChatFold folded(List<SseEvent.Received> events) throws NotAnAnswer {
        var fold = new ChatFold();
        if (events.size() < 2) {
            for (var event : events) {
                fold.add(event);
            }
            return fold;
        }
        var half = events.size() / 2;
        fold.add(folded(events.subList(0, half)));
        fold.add(folded(events.subList(half, events.size())));
        return fold;
    }

    private void add(SseEvent.Received event) throws NotAnAnswer {
        var chunk = NotAnAnswer.data(event);
        done = event.data().equals(ChatCompletions.DONE);
        top = chunk.without("choices", "object");
        for (var choice : ChunkPassage.choices(chunk)) {
            choices.merge(ChatChoice.index(choice, 0), read(choice), ChatFold::joinedChoices);
        }
    }

    private void add(ChatFold more) {
        done |= more.done;
        top = Latest.of(top, more.top);
        more.choices.forEach((index, choice) ->
                choices.merge(index, choice, ChatFold::joinedChoices));
    }

    /// A choice as in a whole answer; what its delta holds stands under `message`.
    private static JsonObject read(JsonObject choice) {
        return choice.without("delta").with("message", joined("message", JsonObject.EMPTY,
                JsonObject.orEmpty(choice.get("delta"))));
    }

    private static JsonObject joinedChoices(JsonObject old, JsonObject more) {
        var result = Latest.of(old, more.without("message", "logprobs"));
        for (var name : List.of("message", "logprobs")) {
            result = more.has(name) ? result.with(name,
                    joined(name, old.get(name), more.get(name))) : result;
        }
        return result;
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

    /// A part that says no index is a call of its own.
    private static JsonArray joinedCalls(List<JsonValue> old, List<JsonValue> more) {
        var calls = new ArrayList<>(old);
        for (var call : more) {
            if (call instanceof JsonObject part) {
                var place = place(calls, part);
                if (place < 0) {
                    calls.add(part);
                } else {
                    calls.set(place, joined((JsonObject) calls.get(place), part));
                }
            }
        }
        return new JsonArray(calls);
    }

    private static int place(List<JsonValue> calls, JsonObject part) {
        var index = ChatChoice.index(part, -1);
        return index < 0 ? -1 : calls.stream().map(call -> call instanceof JsonObject object
                ? ChatChoice.index(object, -1) : -1).toList().indexOf(index);
    }

    private JsonObject whole() throws NotAnAnswer {
        if (!ChunkPassage.areWhole(choices.values(), done)) {
            throw NotAnAnswer.truncated();
        }
        var folded = new JsonObject.Builder().add("object", "chat.completion").addAll(top)
                .add("choices", new JsonArray(choices.values().stream()
                        .map(ChatFold::withoutCallIndices).toList())).build();
        return JsonNull.NULL.equals(folded.get("usage")) ? folded.without("usage") : folded;
    }

    /// The index of a call is its place in the list; a whole answer does not tell it.
    private static JsonValue withoutCallIndices(JsonObject choice) {
        var message = (JsonObject) choice.get("message");
        return message.get("tool_calls") instanceof JsonArray(var calls)
                ? choice.with("message", message.with("tool_calls", new JsonArray(calls.stream()
                        .map(call -> (JsonValue) ((JsonObject) call).without("index")).toList())))
                : choice;
    }
}
