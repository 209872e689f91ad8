package fakestream.protocol;

import fakestream.json.JsonObject;

/// One of the two kinds of completions whose streams are made of chunks.
///
/// @param object what a chunk calls itself
/// @param idPrefix what the id of a stream begins with
/// @param pause the entry of a choice in a chunk that says nothing
record ChunkKind(String object, String idPrefix, JsonObject pause) {
    /// The id of a stream that has none from its answer.
    String id(Telling telling) {
        return idPrefix + telling.id();
    }
}
