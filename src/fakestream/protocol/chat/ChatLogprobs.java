package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;

/// Spreads a choice's log probabilities over the pieces of its text, each token with the piece that
/// it begins in. The lists may be split anywhere and fold back the same, if the choice's first
/// chunk has no part of them; the body never is that chunk.
final class ChatLogprobs {
    /// The bytes of log probabilities in one line. The rest of the longest line is for the text,
    /// the frame and the last token; a token with its twenty alternatives takes about 2,000.
    private static final int ROOM = 24 * 1024;

    private final JsonObject logprobs;
    private final List<ChatDelta> deltas = new ArrayList<>();
    private boolean begun;

    private ChatLogprobs(JsonObject logprobs) {
        this.logprobs = logprobs;
    }

    /// The same deltas with the log probabilities on them, and further empty deltas for the rest.
    static List<ChatDelta> spread(JsonValue logprobs, List<ChatDelta> body) {
        if (logprobs == null || logprobs instanceof JsonNull) {
            return body;
        }
        return logprobs instanceof JsonObject object && hasTokens(object)
                ? new ChatLogprobs(object).spread(body) : first(logprobs, body);
    }

    private static boolean hasTokens(JsonObject logprobs) {
        return !tokens(logprobs, "content").isEmpty() || !tokens(logprobs, "refusal").isEmpty();
    }

    private static List<JsonValue> tokens(JsonObject logprobs, String name) {
        return logprobs.get(name) instanceof JsonArray(var elements) ? elements : List.of();
    }

    /// A vendor's own form (Together's parallel lists) stays whole, in a delta of its own: it may
    /// be as long as a line, and so may the first delta.
    private static List<ChatDelta> first(JsonValue logprobs, List<ChatDelta> body) {
        var deltas = new ArrayList<>(body);
        deltas.addFirst(ChatDelta.NOTHING.withLogprobs(logprobs));
        return deltas;
    }

    private List<ChatDelta> spread(List<ChatDelta> body) {
        var content = new Tokens("content");
        var refusal = new Tokens("refusal");
        for (var delta : body) {
            content.follow(delta);
            refusal.follow(delta);
            deltas.add(!delta.piece() ? delta : content.isDue() ? carrying(delta, content)
                    : refusal.isDue() ? carrying(delta, refusal) : delta);
        }
        while (content.remain()) {
            deltas.add(carrying(ChatDelta.NOTHING, content.toTheEnd()));
        }
        while (refusal.remain()) {
            deltas.add(carrying(ChatDelta.NOTHING, refusal.toTheEnd()));
        }
        return deltas;
    }

    /// The delta with as many of the due tokens as fit. Members besides the two lists come once,
    /// because clients join or add up repeated ones.
    private ChatDelta carrying(ChatDelta delta, Tokens tokens) {
        var part = new JsonObject.Builder();
        logprobs.members().forEach((name, value) -> {
            if (name.equals(tokens.name)) {
                part.add(name, new JsonArray(tokens.take()));
            } else if (name.equals("content") || name.equals("refusal")) {
                part.add(name, value instanceof JsonArray ? JsonArray.EMPTY : value);
            } else if (!begun) {
                part.add(name, value);
            }
        });
        begun = true;
        return delta.withLogprobs(part.build());
    }

    /// One of the two lists, and its progress along its text.
    private final class Tokens {
        private final String name;
        private final List<JsonValue> all;
        private int next;
        private long told;
        private long covered;

        Tokens(String name) {
            this.name = name;
            this.all = tokens(logprobs, name);
        }

        void follow(ChatDelta delta) {
            var text = delta.piece() ? delta.delta().string(name) : null;
            told += text == null ? 0 : text.length();
        }

        boolean remain() {
            return next < all.size();
        }

        boolean isDue() {
            return remain() && covered < told;
        }

        Tokens toTheEnd() {
            told = Long.MAX_VALUE;
            return this;
        }

        List<JsonValue> take() {
            var from = next;
            for (int size = 0; isDue() && size < ROOM; next++) {
                var token = all.get(next);
                size += JsonWriter.length(token);
                covered += token instanceof JsonObject object
                        && object.get("token") instanceof JsonString(var text) ? text.length() : 0;
            }
            return all.subList(from, next);
        }
    }
}
