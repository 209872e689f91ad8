package fakestream.protocol.chat;

import fakestream.json.JsonObject;
import fakestream.json.JsonValue;

/// The part of one choice in one chunk.
///
/// @param piece whether it is a piece of paced text
/// @param logprobs the log probabilities of its text, or null
record ChatDelta(JsonObject delta, boolean piece, JsonValue logprobs) {
    static final ChatDelta NOTHING = of(JsonObject.EMPTY, false);

    static ChatDelta of(JsonObject delta, boolean piece) {
        return new ChatDelta(delta, piece, null);
    }

    ChatDelta withLogprobs(JsonValue value) {
        return new ChatDelta(delta, piece, value);
    }
}
