package fakestream.protocol.responses;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import java.util.List;

/// Spreads the log probabilities of a text over its pieces. Each token goes with the piece that it
/// begins in, because the AI SDK reads them nowhere else.
final class ResponsesLogprobs {
    /// The most log probabilities in one line, in UTF-16 units; the text has the rest of the
    /// longest line. One token with its twenty alternatives takes some 2,000.
    private static final int ROOM = 32 * 1024;

    private final List<JsonValue> tokens;
    private int next;
    private long told;
    private long covered;

    ResponsesLogprobs(List<JsonValue> tokens) {
        this.tokens = tokens;
    }

    /// The tokens for the next piece of the text.
    JsonArray with(String piece) {
        told += piece.length();
        return take();
    }

    /// Whether tokens are left.
    boolean remain() {
        return next < tokens.size();
    }

    /// The next tokens that are left, as many as one line may carry.
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
