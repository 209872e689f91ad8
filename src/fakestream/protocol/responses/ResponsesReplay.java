package fakestream.protocol.responses;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;

/// Turns a whole response into the events of its stream: opened, item by item, and whole again in
/// the last event. Every official client takes its result from the last event.
final class ResponsesReplay {
    private ResponsesReplay() {
    }

    static Replay of(JsonObject answer, StreamState state) {
        var response = ResponsesAnswer.completed(answer, state);
        var events = new ResponsesEvents(state.beats());
        var opening = opening(response);
        events.add("response.created", opening);
        events.add("response.in_progress", opening);
        var items = response.objects("output");
        for (int i = 0; i < items.size(); i++) {
            new ResponsesItem(items.get(i), i, state.pieceLength(), events).tell();
        }
        events.add(ending(response), new JsonObject.Builder().add("response", response));
        return new Replay(events.all(), SseEvent.HEARTBEAT);
    }

    /// The response as it was at its beginning, with all members known before its first word.
    private static JsonObject.Builder opening(JsonObject response) {
        var opening = new JsonObject.Builder();
        response.members().forEach((name, value) -> opening.add(name, opened(name, value)));
        return new JsonObject.Builder().add("response", opening.build());
    }

    private static JsonValue opened(String name, JsonValue value) {
        return switch (name) {
            case "status" -> new JsonString("in_progress");
            case "output" -> JsonArray.EMPTY;
            case "usage", "completed_at", "error", "incomplete_details" -> JsonNull.NULL;
            case "output_text" -> value instanceof JsonString ? new JsonString("") : value;
            default -> value;
        };
    }

    /// The type of the last event. A background response that is queued or in progress has only
    /// been accepted, and its status says so. Its stream still ends with `response.completed`,
    /// because openai-python returns nothing from a stream that ends otherwise.
    private static String ending(JsonObject response) {
        return switch (response.string("status")) {
            case "failed" -> "response.failed";
            case "incomplete", "cancelled" -> "response.incomplete";
            case null, default -> "response.completed";
        };
    }
}
