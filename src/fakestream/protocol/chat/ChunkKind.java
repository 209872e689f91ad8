package fakestream.protocol.chat;

import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.protocol.StreamState;

/// One of the two kinds of completions that stream chunks.
///
/// @param object the `object` of a chunk
/// @param idPrefix the prefix of a stream's id
/// @param pause the entry of a choice in an empty chunk
record ChunkKind(String object, String idPrefix, JsonObject pause) {
    static final ChunkKind CHAT = new ChunkKind("chat.completion.chunk", "chatcmpl-",
            new JsonObject.Builder().add("index", 0).add("delta", JsonObject.EMPTY)
                    .add("finish_reason", JsonNull.NULL).build());

    static final ChunkKind TEXT = new ChunkKind("text_completion", "cmpl-",
            new JsonObject.Builder().add("text", "").add("index", 0)
                    .add("logprobs", JsonNull.NULL).add("finish_reason", JsonNull.NULL).build());

    /// The id of a stream if its answer gives none.
    String id(StreamState state) {
        return idPrefix + state.id();
    }
}
