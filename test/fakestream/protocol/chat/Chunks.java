package fakestream.protocol.chat;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;

/// Helpers for the tests of chat: JSON written with single quotes, and a stream's chunks.
public final class Chunks {
    public static final ChatCompletions CHAT = new ChatCompletions();
    static final JsonObject REQUEST = json("{'model':'asked','messages':[],'stream':true}");
    static final JsonObject WITH_USAGE = json("{'model':'asked','messages':[],'stream':true,"
            + "'stream_options':{'include_usage':true}}");

    /// A stream of which nothing has been sent, and one that a heartbeat has opened.
    static final StreamState FRESH = new StreamState("minted", 1700000000, 0, 30);
    static final StreamState BEGUN = FRESH.afterHeartbeat();

    private Chunks() {
    }

    /// The object in a text that has `'` for `"`.
    public static JsonObject json(String text) {
        return (JsonObject) value(text);
    }

    public static JsonValue value(String text) {
        return parse(text.replace('\'', '"'));
    }

    public static JsonValue parse(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException e) {
            throw new AssertionError(text, e);
        }
    }

    /// A whole answer with one choice, which has this message.
    static JsonObject answer(JsonObject message) {
        var choice = new JsonObject.Builder().add("index", 0).add("message", message)
                .add("finish_reason", "stop").build();
        return answerWith(JsonArray.of(choice));
    }

    static JsonObject answer(String message) {
        return answer(json(message));
    }

    static JsonObject answerWith(JsonValue choices) {
        return json("{'id':'chatcmpl-1','object':'chat.completion','created':17,'model':'m'}")
                .with("choices", choices);
    }

    /// The chunks of one message, between the opening and the finish.
    static List<JsonObject> deltas(String message) {
        return deltas(json(message));
    }

    static List<JsonObject> deltas(JsonObject message) {
        var chunks = chunks(answer(message));
        return chunks.subList(1, chunks.size() - 1).stream()
                .map(chunk -> (JsonObject) choice(chunk, 0).get("delta")).toList();
    }

    static List<JsonObject> chunks(JsonObject answer) {
        return chunks(REQUEST, answer, FRESH);
    }

    /// The chunks of the answer's stream, without the final `[DONE]`.
    static List<JsonObject> chunks(JsonObject request, JsonObject answer, StreamState state) {
        var data = data(CHAT.replay(request, answer, state));
        return data.subList(0, data.size() - 1).stream().map(text -> (JsonObject) parse(text))
                .toList();
    }

    /// The ids of the calls, in the order of the chunks.
    static List<String> callIds(List<JsonObject> chunks) {
        return chunks.stream().flatMap(chunk -> chunk.objects("choices").stream())
                .map(choice -> ((JsonObject) choice.get("delta")).get("tool_calls"))
                .filter(JsonArray.class::isInstance)
                .flatMap(calls -> ((JsonArray) calls).elements().stream())
                .map(call -> ((JsonObject) call).string("id")).filter(id -> id != null).toList();
    }

    /// The data of a replay's events.
    static List<String> data(Replay replay) {
        return replay.events().stream().map(event -> ((SseEvent.Message) event).data()).toList();
    }

    /// The entry at `place` in a chunk's choices.
    static JsonObject choice(JsonObject chunk, int place) {
        return (JsonObject) ((JsonArray) chunk.get("choices")).elements().get(place);
    }
}
