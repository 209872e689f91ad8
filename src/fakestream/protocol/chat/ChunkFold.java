package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.LastNonNull;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Folds the chunks of a stream back into the whole completion, for a client that did not ask for a
/// stream when the upstream sent one. Texts join, lists join, and [ToolCallFold] sorts the parts of
/// tool calls; names, ids and all members beside the texts and the log probabilities keep their
/// last value that was not null. In chats, some upstreams send `message` or `text` instead of a
/// delta: it counts if a choice has no deltas, and otherwise repeats them.
final class ChunkFold {
    /// Texts that some upstreams repeat in every delta; other texts come in parts.
    private static final Set<String> REPEATED = Set.of("role", "id", "type", "name");

    /// The member of a choice that holds its text.
    private final String text;
    private JsonObject top = JsonObject.EMPTY;
    private final Map<Integer, JsonObject> choices = new TreeMap<>();
    private final Map<Integer, JsonObject> messages = new TreeMap<>();
    private boolean done;

    private ChunkFold(String text) {
        this.text = text;
    }

    /// The request for chunks to fold. It asks for the usage too, which a whole answer always has.
    static JsonObject asked(JsonObject request) {
        return request.with("stream", JsonBoolean.TRUE).with("stream_options",
                JsonObject.orEmpty(request.get("stream_options"))
                        .with("include_usage", JsonBoolean.TRUE));
    }

    /// @param text `message` to fold a chat, `text` to fold a legacy completion
    static JsonObject of(List<SseEvent.Received> events, String text) throws InvalidAnswer {
        return folded(events, text).whole();
    }

    /// Folds each half by itself and then joins both, so that a long text is not copied once for
    /// each of its pieces.
    private static ChunkFold folded(List<SseEvent.Received> events, String text)
            throws InvalidAnswer {
        var fold = new ChunkFold(text);
        if (events.size() < 2) {
            for (var event : events) {
                fold.add(event);
            }
            return fold;
        }
        var half = events.size() / 2;
        fold.add(folded(events.subList(0, half), text));
        fold.add(folded(events.subList(half, events.size()), text));
        return fold;
    }

    private void add(SseEvent.Received event) throws InvalidAnswer {
        var chunk = InvalidAnswer.data(event);
        done = event.data().equals(SseEvent.DONE);
        top = chunk.without("choices");
        for (var choice : chunk.objects("choices")) {
            var isChat = text.equals("message");
            (isChat && ChatAnswer.isWhole(choice) ? messages : choices).merge(
                    Protocol.index(choice, 0), isChat ? withMessage(choice) : withText(choice),
                    this::joinedChoices);
        }
    }

    private void add(ChunkFold more) {
        done |= more.done;
        top = LastNonNull.of(top, more.top);
        more.choices.forEach((index, choice) -> choices.merge(index, choice, this::joinedChoices));
        more.messages.forEach((index, choice) ->
                messages.merge(index, choice, this::joinedChoices));
    }

    /// A choice in the form of a whole answer: its delta becomes its message.
    private static JsonObject withMessage(JsonObject choice) {
        var told = choice.get("delta") instanceof JsonObject ? choice.without("message") : choice;
        var whole = ChatAnswer.withMessage(told).without("delta");
        return whole.with("message", joined(JsonObject.EMPTY,
                JsonObject.orEmpty(whole.get("message"))));
    }

    private static JsonObject withText(JsonObject choice) {
        var whole = ChatAnswer.withText(choice);
        return whole.string("text") == null ? whole.with("text", new JsonString("")) : whole;
    }

    private JsonObject joinedChoices(JsonObject old, JsonObject more) {
        var result = LastNonNull.of(old, more.without(text, "logprobs"));
        for (var name : List.of(text, "logprobs")) {
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
            case JsonArray(var list) when old instanceof JsonArray(var before) ->
                    new JsonArray(Stream.concat(before.stream(), list.stream()).toList());
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
                joinedChoices(told, EmptyAnswers.isNothing(told.get("message")) ? whole
                        : whole.without("message", "logprobs"))));
        // A stream without any finish reason is whole if `[DONE]` ends it.
        var finished = choices.values().stream().filter(ChatAnswer::isFinished).count();
        if (choices.isEmpty() || finished < choices.size() && !(done && finished == 0)) {
            throw InvalidAnswer.truncated();
        }
        var folded = JsonNull.NULL.equals(top.get("usage")) ? top.without("usage") : top;
        return folded.with("choices", new JsonArray(choices.values().stream()
                .map(this::withCalls).toList()));
    }

    private JsonValue withCalls(JsonObject choice) {
        return choice.get(text) instanceof JsonObject message
                && message.get("tool_calls") instanceof JsonArray
                ? choice.with("message", message.with("tool_calls", ToolCallFold.of(
                        message.objects("tool_calls"), ChunkFold::joined))) : choice;
    }
}
