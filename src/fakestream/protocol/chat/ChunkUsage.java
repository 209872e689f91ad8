package fakestream.protocol.chat;

import fakestream.json.JsonBoolean;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.StreamState;
import fakestream.protocol.UnaskedUsage;

/// Places the usage of an answer in the chunks of its stream. At most one chunk has it: openai-go
/// and LangChain add usages up.
///
/// @param asked whether the client asked for it; each chunk then has a `usage`, null except in one
/// @param atFinish the members for the chunk with the finish reasons, if any
/// @param last the usage for a last chunk without choices, or null if there is none
record ChunkUsage(boolean asked, JsonObject atFinish, JsonObject last) {
    private static final ChunkUsage NOWHERE = new ChunkUsage(false, JsonObject.EMPTY, null);

    /// For a stream that has no answer yet.
    static ChunkUsage of(JsonObject request) {
        return new ChunkUsage(isAsked(request), JsonObject.EMPTY, null);
    }

    /// A client that asked for usage gets it in a last chunk without choices, as OpenAI sends it. A
    /// client that refused it gets none. A client that says nothing gets it where its vendor sends
    /// it unasked, and no chunk without choices: many clients stumble over one.
    static ChunkUsage of(JsonObject request, JsonObject answer, StreamState state) {
        if (!(answer.get("usage") instanceof JsonObject usage)
                || JsonBoolean.FALSE.equals(option(request))) {
            return NOWHERE;
        }
        return isAsked(request) ? new ChunkUsage(true, JsonObject.EMPTY, usage)
                : new ChunkUsage(false, unasked(answer, usage, state.client().unasked()), null);
    }

    private static boolean isAsked(JsonObject request) {
        return JsonBoolean.TRUE.equals(option(request));
    }

    private static JsonValue option(JsonObject request) {
        return request.get("stream_options") instanceof JsonObject options
                ? options.get("include_usage") : null;
    }

    private static JsonObject unasked(JsonObject answer, JsonObject usage, UnaskedUsage place) {
        var members = new JsonObject.Builder();
        return switch (place) {
            case NOWHERE -> JsonObject.EMPTY;
            case AT_FINISH -> members.add("usage", usage).build();
            case AT_FINISH_FOR_GROQ -> {
                var groq = answer.get("x_groq") instanceof JsonObject object ? object
                        : JsonObject.EMPTY;
                yield members.add("x_groq", groq.with("usage", usage)).add("usage", usage).build();
            }
        };
    }
}
