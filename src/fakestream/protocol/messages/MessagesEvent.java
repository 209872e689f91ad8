package fakestream.protocol.messages;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.Objects;

/// The events of a message's stream. The `event:` line repeats the `type` of the data: official
/// SDKs drop an event without this line.
final class MessagesEvent {
    /// The protocol's own heartbeat. Official SDKs skip it anywhere, even before the first event. A
    /// comment would also suit them, but not a client that counts events.
    static final SseEvent PING = new SseEvent.Message("ping", "{\"type\":\"ping\"}", false);

    /// Official SDKs throw on a stream without usage, but not on a whole message without it.
    static final JsonObject NO_USAGE = new JsonObject.Builder()
            .add("input_tokens", 0).add("output_tokens", 0).build();

    private MessagesEvent() {
    }

    /// An event that is not a piece of text.
    ///
    /// @param builder has a `type`
    static SseEvent of(JsonObject.Builder builder) {
        var data = builder.build();
        return new SseEvent.Message(data.string("type"), data, false);
    }

    /// Opens a message before its answer is known, with the model that the request names.
    static SseEvent opening(JsonObject request, StreamState state) {
        return of(data("message_start").add("message", new JsonObject.Builder()
                .add("id", "msg_" + state.id()).add("type", "message").add("role", "assistant")
                .add("model", Objects.requireNonNullElse(request.string("model"), ""))
                .add("content", JsonArray.EMPTY)
                .add("stop_reason", JsonNull.NULL).add("stop_sequence", JsonNull.NULL)
                .add("usage", NO_USAGE).build()));
    }

    /// A `message_delta` that leaves the end of the message open.
    ///
    /// @param usage the usage known so far
    static SseEvent pause(JsonObject usage) {
        return of(data("message_delta").add("delta", new JsonObject.Builder()
                .add("stop_reason", JsonNull.NULL).add("stop_sequence", JsonNull.NULL).build())
                .add("usage", usage));
    }

    /// Starts the data of an event.
    static JsonObject.Builder data(String type) {
        return new JsonObject.Builder().add("type", type);
    }

    /// The kind of an upstream's event, from its `event:` line or else its data; empty if unknown.
    static String kind(SseEvent.Received event) {
        return !event.type().isEmpty() ? event.type()
                : Objects.requireNonNullElse(event.object().string("type"), "");
    }
}
