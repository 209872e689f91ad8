package fakestream.protocol.chat;

import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.protocol.StreamState;

/// One of the two kinds of completions whose streams are made of chunks.
///
/// @param object what a chunk calls itself
/// @param idPrefix what the id of a stream begins with
/// @param pause the entry of a choice in a chunk that says nothing
record ChunkKind(String object, String idPrefix, JsonObject pause) {
    /// Those of chat completions.
    static final ChunkKind CHAT = new ChunkKind("chat.completion.chunk", "chatcmpl-",
            entry(JsonObject.EMPTY));

    /// The entry of a choice that goes on, with this delta.
    static JsonObject entry(JsonObject delta) {
        return new JsonObject.Builder().add("index", 0).add("delta", delta)
                .add("finish_reason", JsonNull.NULL).build();
    }

    /// The id of a stream that has none from its answer.
    String id(StreamState state) {
        return idPrefix + state.id();
    }
}
