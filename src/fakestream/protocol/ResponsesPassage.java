package fakestream.protocol;

import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.protocol.Passage.Progress;

/// Passes an event of an upstream's own stream on: byte for byte, unless heartbeats have taken the
/// first numbers, which then move its own on. The beat behind it is the comment, which takes none.
final class ResponsesPassage {
    private ResponsesPassage() {
    }

    static Passage of(SseEvent.Received event, Telling telling) {
        var json = event.json();
        if (VendorError.find(event, json).isPresent()) {
            return new Passage(event, SseEvent.HEARTBEAT, Progress.FAILED);
        }
        var data = JsonObject.orEmpty(json);
        var told = telling.begun() ? renumbered(event, data, telling.beats()) : event;
        return new Passage(told, SseEvent.HEARTBEAT,
                isTerminal(event, data) ? Progress.WHOLE : Progress.OPEN);
    }

    /// The type that the data says, as the SDKs read it, or else that of the event.
    static String type(SseEvent.Received event, JsonObject data) {
        var type = data.string("type");
        return type == null ? event.type() : type;
    }

    /// Whether an event's data is a response and no event.
    static boolean isWhole(JsonObject data) {
        return "response".equals(data.string("object")) && !data.has("type");
    }

    /// Whether an event holds the response as it ended.
    static boolean isTerminal(SseEvent.Received event, JsonObject data) {
        return switch (type(event, data)) {
            case "response.completed", "response.incomplete", "response.failed" -> true;
            default -> false;
        };
    }

    private static SseEvent renumbered(SseEvent.Received event, JsonObject data, int beats) {
        if (!(data.get("sequence_number") instanceof JsonNumber(var text))
                || !text.matches("[0-9]{1,18}")) {
            return event;
        }
        var number = JsonNumber.of(Long.parseLong(text) + beats);
        return new SseEvent.Message(event.type(), data.with("sequence_number", number).toString(),
                false);
    }
}
