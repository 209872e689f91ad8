package fakestream.protocol;

import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.protocol.Passage.Progress;

/// Passes an event of an upstream's own stream on: byte for byte, unless heartbeats have taken the
/// first numbers, which then move its own on. The beat behind it is the comment, which takes none.
final class ResponsesPassage {
    private ResponsesPassage() {
    }

    static Passage of(SseEvent.Received event, Telling telling) {
        var data = event.object();
        var told = telling.begun() ? renumbered(event, data, telling.beats()) : event;
        return new Passage(told, SseEvent.HEARTBEAT, progress(event, data));
    }

    /// The type that the data says, as the SDKs read it, or else that of the event.
    static String type(SseEvent.Received event, JsonObject data) {
        var type = data.string("type");
        return type == null ? event.type() : type;
    }

    /// Whether an event tells an error, in either form or as other APIs do.
    static boolean isError(SseEvent.Received event, JsonObject data) {
        return type(event, data).equals("error") || event.type().equals("error")
                || data.has("error") && !data.get("error").equals(JsonNull.NULL);
    }

    /// Whether an event holds the response as it ended.
    static boolean isTerminal(SseEvent.Received event, JsonObject data) {
        return switch (type(event, data)) {
            case "response.completed", "response.incomplete", "response.failed" -> true;
            default -> false;
        };
    }

    private static Progress progress(SseEvent.Received event, JsonObject data) {
        if (isError(event, data)) {
            return Progress.FAILED;
        }
        return isTerminal(event, data) ? Progress.WHOLE : Progress.OPEN;
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
