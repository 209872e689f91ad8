package fakestream.protocol.responses;

import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.VendorError;
import java.util.OptionalLong;

/// Passes on an event of the upstream's stream byte for byte, or with its number raised if
/// heartbeats have taken numbers. The heartbeat after it is a comment, without a number.
final class ResponsesRelay {
    private ResponsesRelay() {
    }

    static RelayedEvent of(SseEvent.Received event, StreamState state) {
        var json = event.json();
        if (VendorError.find(event, json).isPresent()) {
            return new RelayedEvent(event, SseEvent.HEARTBEAT, Progress.FAILED);
        }
        var data = JsonObject.orEmpty(json);
        return new RelayedEvent(behind(event, state.beats()), SseEvent.HEARTBEAT,
                isTerminal(event, data) ? Progress.WHOLE : Progress.OPEN);
    }

    /// The type in the data, as the SDKs read it, or else the type of the event.
    static String type(SseEvent.Received event, JsonObject data) {
        var type = data.string("type");
        return type == null ? event.type() : type;
    }

    /// Whether an event's data is a response instead of an event.
    static boolean isWhole(JsonObject data) {
        return "response".equals(data.string("object")) && !data.has("type");
    }

    /// Whether an event holds the final response.
    static boolean isTerminal(SseEvent.Received event, JsonObject data) {
        return switch (type(event, data)) {
            case "response.completed", "response.incomplete", "response.failed" -> true;
            default -> false;
        };
    }

    /// A `keepalive` with the next number. A comment after the last event, because clients read no
    /// more, and after an event that is not one of responses.
    static SseEvent pauseBehind(SseEvent last) {
        var event = received(last);
        var data = event.object();
        if (type(event, data).isEmpty() || isTerminal(event, data)) {
            return SseEvent.HEARTBEAT;
        }
        var number = number(data);
        return number.isPresent() ? ResponsesEvents.event("keepalive", number.getAsLong() + 1,
                        JsonObject.EMPTY, false)
                : new SseEvent.Message("keepalive", "{\"type\":\"keepalive\"}", false);
    }

    /// The event as it is, or with its number raised by the number of heartbeats.
    static SseEvent behind(SseEvent event, int beats) {
        if (beats == 0) {
            return event;
        }
        var received = received(event);
        var data = received.object();
        var number = number(data);
        if (number.isEmpty()) {
            return event;
        }
        var moved = JsonNumber.of(number.getAsLong() + beats);
        return new SseEvent.Message(received.type(), data.with("sequence_number", moved),
                event.piece());
    }

    /// The event as a client receives it.
    private static SseEvent.Received received(SseEvent event) {
        return switch (event) {
            case SseEvent.Received received -> received;
            case SseEvent.Message message ->
                    new SseEvent.Received(new byte[0], message.type(), message.data());
            case SseEvent.Comment _, SseEvent.BlankLines _, SseEvent.Space _ ->
                    new SseEvent.Received(new byte[0], "", "");
        };
    }

    private static OptionalLong number(JsonObject data) {
        return data.get("sequence_number") instanceof JsonNumber(var text)
                && text.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(text))
                : OptionalLong.empty();
    }
}
