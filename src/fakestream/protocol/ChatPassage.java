package fakestream.protocol;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.Passage.Progress;
import java.util.ArrayList;
import java.util.List;

/// Passes a chunk of an upstream's own stream on: byte for byte, unless a heartbeat has opened the
/// client's stream under another id.
final class ChatPassage {
    private ChatPassage() {
    }

    static Passage of(SseEvent.Received event, Telling telling) {
        if (event.data().equals(ChatCompletions.DONE)) {
            return new Passage(event, SseEvent.HEARTBEAT, Progress.WHOLE);
        }
        var chunk = chunk(event);
        if (isError(event, chunk)) {
            return new Passage(event, SseEvent.HEARTBEAT, Progress.FAILED);
        }
        if (choices(chunk).isEmpty()) {
            return new Passage(event, SseEvent.HEARTBEAT, Progress.OPEN);
        }
        var told = telling.begun() ? renamed(chunk, telling) : chunk;
        return new Passage(telling.begun() ? SseEvent.Message.of(told.toString()) : event,
                pause(told), finishes(chunk) ? Progress.WHOLE : Progress.OPEN);
    }

    /// The chunk that an event holds, or an empty object where it holds none.
    static JsonObject chunk(SseEvent.Received event) {
        try {
            return Json.parse(event.data()) instanceof JsonObject object ? object
                    : JsonObject.EMPTY;
        } catch (JsonException _) {
            return JsonObject.EMPTY;
        }
    }

    static boolean isError(SseEvent.Received event, JsonObject chunk) {
        return event.type().equals("error") || isThere(chunk.get("error"));
    }

    /// The choices of a chunk that are objects.
    static List<JsonObject> choices(JsonObject chunk) {
        var choices = new ArrayList<JsonObject>();
        if (chunk.get("choices") instanceof JsonArray(var elements)) {
            elements.forEach(element -> {
                if (element instanceof JsonObject choice) {
                    choices.add(choice);
                }
            });
        }
        return choices;
    }

    private static boolean finishes(JsonObject chunk) {
        return choices(chunk).stream().anyMatch(choice -> isThere(choice.get("finish_reason")));
    }

    private static boolean isThere(JsonValue value) {
        return value != null && !value.equals(JsonNull.NULL);
    }

    /// An empty chunk in the name of the upstream's stream.
    private static SseEvent pause(JsonObject chunk) {
        var choice = new JsonObject.Builder().add("index", 0)
                .add("delta", JsonObject.EMPTY).add("finish_reason", JsonNull.NULL).build();
        return SseEvent.Message.of(
                chunk.with("choices", JsonArray.of(choice)).toString());
    }

    /// Under the id that the stream has begun with, and without the role that it has told.
    private static JsonObject renamed(JsonObject chunk, Telling telling) {
        var choices = new ArrayList<JsonValue>();
        for (var choice : choices(chunk)) {
            choices.add(choice.get("delta") instanceof JsonObject delta
                    ? choice.with("delta", delta.without("role")) : choice);
        }
        return chunk.with("id", new JsonString(telling.id()))
                .with("choices", new JsonArray(choices));
    }
}
