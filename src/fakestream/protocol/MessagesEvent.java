package fakestream.protocol;

import fakestream.json.JsonObject;

/// The events of a message's stream. Each has its `event:` line, which says the `type` of its data
/// again: official SDKs drop an event without it.
final class MessagesEvent {
    private MessagesEvent() {
    }

    /// @param data with its `type`
    /// @param piece whether it is a piece of text that is paced
    static SseEvent of(JsonObject data, boolean piece) {
        return new SseEvent.Message(data.string("type"), data.toString(), piece);
    }

    /// The start of an event's data.
    static JsonObject.Builder data(String type) {
        return new JsonObject.Builder().add("type", type);
    }

    /// The kind of an upstream's event: what its `event:` line says, or else its data, or nothing.
    static String kind(SseEvent.Received event) {
        if (!event.type().isEmpty()) {
            return event.type();
        }
        var type = event.object().string("type");
        return type == null ? "" : type;
    }
}
