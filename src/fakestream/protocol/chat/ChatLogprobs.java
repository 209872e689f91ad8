package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.TokenLogprobs;
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

    private Tokens of(String name) {
        return new Tokens(name, new TokenLogprobs(tokens(logprobs, name), ROOM));
    }

    private List<ChatDelta> spread(List<ChatDelta> body) {
        var content = of("content");
        var refusal = of("refusal");
        for (var delta : body) {
            content.follow(delta);
            refusal.follow(delta);
            deltas.add(!delta.piece() ? delta : content.all.isDue() ? carrying(delta, content)
                    : refusal.all.isDue() ? carrying(delta, refusal) : delta);
        }
        for (var tokens : List.of(content, refusal)) {
            tokens.all.tellRest();
            while (tokens.all.remain()) {
                deltas.add(carrying(ChatDelta.NOTHING, tokens));
            }
        }
        return deltas;
    }

    /// The delta with as many of the due tokens as fit. Members besides the two lists come once,
    /// because clients join or add up repeated ones.
    private ChatDelta carrying(ChatDelta delta, Tokens tokens) {
        var part = new JsonObject.Builder();
        logprobs.members().forEach((name, value) -> {
            if (name.equals(tokens.name)) {
                part.add(name, tokens.all.take());
            } else if (name.equals("content") || name.equals("refusal")) {
                part.add(name, value instanceof JsonArray ? JsonArray.EMPTY : value);
            } else if (!begun) {
                part.add(name, value);
            }
        });
        begun = true;
        return delta.withLogprobs(part.build());
    }

    /// One of the two lists, beside its text.
    private record Tokens(String name, TokenLogprobs all) {
        private void follow(ChatDelta delta) {
            if (delta.piece() && delta.delta().string(name) instanceof String text) {
                all.tell(text);
            }
        }
    }
}
