package fakestream.protocol.responses;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import java.util.List;

/// Spreads the log probabilities of a text over its pieces, each token with the piece that it ends
/// in: the AI SDK reads them nowhere else.
final class ResponsesLogprobs {
    /// How much of them one line may carry, in UTF-16 units: the rest of the longest line is the
    /// text's. One token with its twenty alternatives is some 2,000.
    private static final int ROOM = 32 * 1024;

    private final List<JsonValue> tokens;
    private int next;
    private long told;
    private long covered;

    ResponsesLogprobs(List<JsonValue> tokens) {
        this.tokens = tokens;
    }

    /// Those that go with the next piece of the text.
    JsonArray with(String piece) {
        told += piece.length();
        return take();
    }

    /// Whether some have found no place.
    boolean remain() {
        return next < tokens.size();
    }

    /// The next of those, as many as one line may carry.
    JsonArray rest() {
        told = Long.MAX_VALUE;
        return take();
    }

    private JsonArray take() {
        var from = next;
        for (int size = 0; remain() && covered < told && size < ROOM; next++) {
            var token = tokens.get(next);
            size += JsonWriter.length(token);
            covered += token instanceof JsonObject object
                    && object.get("token") instanceof JsonString(var text) ? text.length() : 0;
        }
        return new JsonArray(tokens.subList(from, next));
    }
}
