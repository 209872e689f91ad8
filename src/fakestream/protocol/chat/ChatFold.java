package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.LastNonNull;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Folds the chunks of a stream back into the whole chat completion, for a client that did not ask
/// for a stream when the upstream sent one. Texts join, lists join, and [ToolCallFold] sorts the
/// parts of tool calls; names, ids and all members beside the deltas keep their last value that was
/// not null. Some upstreams send `message` or `text` instead of a delta: it counts if a choice has
/// no deltas, and otherwise repeats them.
final class ChatFold {
    /// Texts that some upstreams repeat in every delta; other texts come in parts.
    private static final Set<String> REPEATED = Set.of("role", "id", "type", "name");

    private JsonObject top = JsonObject.EMPTY;
    private final Map<Integer, JsonObject> choices = new TreeMap<>();
    private final Map<Integer, JsonObject> messages = new TreeMap<>();
    private boolean done;

    private ChatFold() {
    }

    static JsonObject of(List<SseEvent.Received> events) throws InvalidAnswer {
        return folded(events).whole();
    }

    /// Folds each half by itself and then joins both, so that a long text is not copied once for
    /// each of its pieces.
    private static ChatFold folded(List<SseEvent.Received> events) throws InvalidAnswer {
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

    private void add(SseEvent.Received event) throws InvalidAnswer {
        var chunk = InvalidAnswer.data(event);
        done = event.data().equals(SseEvent.DONE);
        top = chunk.without("choices", "object");
        for (var choice : chunk.objects("choices")) {
            (ChatAnswer.isWhole(choice) ? messages : choices).merge(Protocol.index(choice, 0),
                    read(choice), ChatFold::joinedChoices);
        }
    }

    private void add(ChatFold more) {
        done |= more.done;
        top = LastNonNull.of(top, more.top);
        more.choices.forEach((index, choice) ->
                choices.merge(index, choice, ChatFold::joinedChoices));
        more.messages.forEach((index, choice) ->
                messages.merge(index, choice, ChatFold::joinedChoices));
    }

    /// A choice in the form of a whole answer: its delta becomes its message.
    private static JsonObject read(JsonObject choice) {
        var told = choice.get("delta") instanceof JsonObject ? choice.without("message") : choice;
        var whole = ChatAnswer.withMessage(told).without("delta");
        return whole.with("message", joined(JsonObject.EMPTY,
                JsonObject.orEmpty(whole.get("message"))));
    }

    private static JsonObject joinedChoices(JsonObject old, JsonObject more) {
        var result = LastNonNull.of(old, more.without("message", "logprobs"));
        for (var name : List.of("message", "logprobs")) {
            result = more.has(name) ? result.with(name,
                    joined(name, old.get(name), more.get(name))) : result;
        }
        return result;
    }

    private static JsonValue joined(String name, JsonValue old, JsonValue more) {
        if (old == null || old.equals(JsonNull.NULL)) {
            return more;
        }
        return switch (more) {
            case JsonNull _ -> old;
            case JsonString(var text) when old instanceof JsonString(var before)
                    && !REPEATED.contains(name) -> new JsonString(before + text);
            case JsonString(var text) when text.isEmpty() -> old;
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

    /// Joins all parts, each half by itself first.
    private static JsonObject joined(List<JsonObject> parts) {
        var half = parts.size() / 2;
        return parts.size() < 2 ? parts.getFirst() : joined(joined(parts.subList(0, half)),
                joined(parts.subList(half, parts.size())));
    }

    private JsonObject whole() throws InvalidAnswer {
        messages.forEach((index, message) -> choices.merge(index, message, (told, whole) ->
                EmptyAnswers.isNothing(told.get("message")) ? joinedChoices(told, whole)
                        : joinedChoices(told, whole.without("message", "logprobs"))));
        if (!ChunkRelay.areWhole(choices.values(), done)) {
            throw InvalidAnswer.truncated();
        }
        var folded = new JsonObject.Builder().add("object", "chat.completion").addAll(top)
                .add("choices", new JsonArray(choices.values().stream()
                        .map(ChatFold::withCalls).toList())).build();
        return JsonNull.NULL.equals(folded.get("usage")) ? folded.without("usage") : folded;
    }

    private static JsonValue withCalls(JsonObject choice) {
        var message = (JsonObject) choice.get("message");
        return message.get("tool_calls") instanceof JsonArray(var parts)
                ? choice.with("message", message.with("tool_calls",
                        ToolCallFold.of(parts, ChatFold::joined)))
                : choice;
    }
}
