package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.LastNonNull;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Folds the chunks of a stream back into the whole legacy completion: texts join, and so do the
/// parallel lists of log probabilities; everything else keeps its latest value.
final class CompletionsFold {
    private final Map<Integer, JsonObject> choices = new TreeMap<>();
    private final Map<Integer, StringBuilder> texts = new TreeMap<>();
    private JsonObject top = JsonObject.EMPTY;
    private boolean done;

    private CompletionsFold() {
    }

    static JsonObject of(List<SseEvent.Received> events) throws InvalidAnswer {
        var fold = new CompletionsFold();
        for (var event : events) {
            fold.add(event);
        }
        return fold.whole();
    }

    private void add(SseEvent.Received event) throws InvalidAnswer {
        var chunk = InvalidAnswer.data(event);
        done |= event.data().equals(SseEvent.DONE);
        top = LastNonNull.of(top, chunk.without("choices"));
        for (var told : chunk.objects("choices")) {
            var choice = ChatAnswer.withText(told);
            var index = Protocol.index(choice, 0);
            var text = choice.string("text");
            texts.computeIfAbsent(index, _ -> new StringBuilder())
                    .append(text == null ? "" : text);
            choices.merge(index, choice, CompletionsFold::joined);
        }
    }

    private static JsonObject joined(JsonObject old, JsonObject more) {
        var result = LastNonNull.of(old, more);
        var logprobs = joined(old.get("logprobs"), more.get("logprobs"));
        return logprobs == null ? result : result.with("logprobs", logprobs);
    }

    private static JsonValue joined(JsonValue old, JsonValue more) {
        return switch (more) {
            case JsonObject lists when old instanceof JsonObject before -> {
                var members = new LinkedHashMap<>(before.members());
                lists.members().forEach((name, list) ->
                        members.put(name, joined(members.get(name), list)));
                yield new JsonObject(members);
            }
            case JsonArray(var list) when old instanceof JsonArray(var before) ->
                    new JsonArray(Stream.concat(before.stream(), list.stream()).toList());
            case null -> old;
            case JsonNull _ when old != null -> old;
            case JsonValue value -> value;
        };
    }

    private JsonObject whole() throws InvalidAnswer {
        if (!ChunkRelay.areWhole(choices.values(), done)) {
            throw InvalidAnswer.truncated();
        }
        choices.replaceAll((index, choice) ->
                choice.with("text", new JsonString(texts.get(index).toString())));
        var answer = JsonNull.NULL.equals(top.get("usage")) ? top.without("usage") : top;
        return answer.with("choices", new JsonArray(List.copyOf(choices.values())));
    }
}
