package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import java.util.List;

/// Spreads the log probabilities of a text over its pieces. Each token goes with the piece that it
/// begins in, because the AI SDK reads them nowhere else.
public final class TokenLogprobs {
    private final List<JsonValue> tokens;
    private final int room;
    private int next;
    private long told;
    private long covered;

    /// @param tokens each with its text and its probabilities
    /// @param room the most of them in one line, in UTF-16 units; one token with its twenty
    ///     alternatives takes some 2,000
    public TokenLogprobs(List<JsonValue> tokens, int room) {
        this.tokens = tokens;
        this.room = room;
    }

    /// The next piece of the text is told.
    public void tell(String piece) {
        told += piece.length();
    }

    /// The whole text is told: all tokens are due.
    public void tellRest() {
        told = Long.MAX_VALUE;
    }

    /// Whether some tokens have found no place yet.
    public boolean remain() {
        return next < tokens.size();
    }

    /// Whether the next token begins in the text that is told.
    public boolean isDue() {
        return remain() && covered < told;
    }

    /// Takes the due tokens, as many as one line may carry.
    public JsonArray take() {
        var from = next;
        for (int size = 0; isDue() && size < room; next++) {
            var token = tokens.get(next);
            size += JsonWriter.length(token);
            covered += token instanceof JsonObject object
                    && object.get("token") instanceof JsonString(var text) ? text.length() : 0;
        }
        return new JsonArray(tokens.subList(from, next));
    }
}
