package fakestream.protocol.responses;

import fakestream.json.JsonArray;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.VendorError;
import java.util.List;
import java.util.TreeMap;

/// Passes on the events of the upstream's own stream, or folds them into the whole response.
final class ResponsesRelay {
    private ResponsesRelay() {
    }

    /// The event byte for byte, or with its number raised if heartbeats have taken numbers. The
    /// heartbeat after it is a comment, without a number.
    static RelayedEvent of(SseEvent.Received event, StreamState state) {
        var json = event.json();
        if (VendorError.find(event, json).isPresent()) {
            return new RelayedEvent(event, SseEvent.HEARTBEAT, Progress.FAILED);
        }
        return new RelayedEvent(behind(event, state.beats()), SseEvent.HEARTBEAT,
                isTerminal(event, JsonObject.orEmpty(json)) ? Progress.WHOLE : Progress.OPEN);
    }

    /// The response that the last event of a stream holds. Some upstreams (the backend of Codex)
    /// send items, then end with a response without them.
    static JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer {
        var items = new TreeMap<Integer, JsonValue>();
        JsonObject response = null;
        for (var event : events) {
            var data = InvalidAnswer.data(event);
            if (isWhole(data)) {
                response = data;
            } else if (isTerminal(event, data)
                    && data.get("response") instanceof JsonObject whole) {
                response = whole;
            } else if (data.get("item") instanceof JsonObject item
                    && type(event, data).equals("response.output_item.done")
                    && data.get("output_index") instanceof JsonNumber(var index)
                    && index.matches("[0-9]{1,9}")) {
                items.put(Integer.valueOf(index), item);
            }
        }
        if (response == null) {
            throw InvalidAnswer.truncated();
        }
        return response.elements("output").isEmpty() && !items.isEmpty()
                ? response.with("output", new JsonArray(List.copyOf(items.values()))) : response;
    }

    /// The type in the data, as the SDKs read it, or else the type of the event.
    private static String type(SseEvent.Received event, JsonObject data) {
        var type = data.string("type");
        return type == null ? event.type() : type;
    }

    /// Whether an event's data is a response instead of an event.
    static boolean isWhole(JsonObject data) {
        return "response".equals(data.string("object")) && !data.has("type");
    }

    /// Whether an event holds the final response.
    private static boolean isTerminal(SseEvent.Received event, JsonObject data) {
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
        return number < 0 ? new SseEvent.Message("keepalive", "{\"type\":\"keepalive\"}", false)
                : ResponsesEvents.keepalive(number + 1);
    }

    /// The event as it is, or with its number raised by the number of heartbeats.
    static SseEvent behind(SseEvent event, int beats) {
        if (beats == 0) {
            return event;
        }
        var received = received(event);
        var data = received.object();
        var number = number(data);
        return number < 0 ? event : new SseEvent.Message(received.type(),
                data.with("sequence_number", JsonNumber.of(number + beats)), event.piece());
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

    /// The event's number; -1 if it has none.
    private static long number(JsonObject data) {
        return data.get("sequence_number") instanceof JsonNumber(var text)
                && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }
}
