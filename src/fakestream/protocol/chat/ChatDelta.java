package fakestream.protocol.chat;

import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;

/// The part of one choice in one chunk.
///
/// @param piece whether it is a piece of paced text
/// @param logprobs the log probabilities of its text, or null
record ChatDelta(JsonObject delta, boolean piece, JsonValue logprobs) {
    static final ChatDelta NOTHING = new ChatDelta(JsonObject.EMPTY, false, null);

    static ChatDelta of(JsonObject delta) {
        return new ChatDelta(delta, false, null);
    }

    static ChatDelta of(String name, JsonValue value) {
        return of(JsonObject.EMPTY.with(name, value));
    }

    static ChatDelta piece(String name, String text) {
        return new ChatDelta(JsonObject.EMPTY.with(name, new JsonString(text)), true, null);
    }

    ChatDelta withLogprobs(JsonValue value) {
        return new ChatDelta(delta, piece, value);
    }
}
