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
    private final List<Tokens> lists;
    private boolean begun;

    /// One of the two lists, beside its text.
    private record Tokens(String name, TokenLogprobs all) {
    }

    private ChatLogprobs(JsonObject logprobs) {
        this.logprobs = logprobs;
        this.lists = List.of(tokens("content"), tokens("refusal"));
    }

    private Tokens tokens(String name) {
        return new Tokens(name, new TokenLogprobs(logprobs.get(name)
                instanceof JsonArray(var elements) ? elements : List.of(), ROOM));
    }

    /// The same deltas with the log probabilities on them, and further empty deltas for the rest. A
    /// vendor's own form (Together's parallel lists) stays whole, in a delta of its own: it may be
    /// as long as a line, and so may the first delta.
    static List<ChatDelta> spread(JsonValue logprobs, List<ChatDelta> body) {
        if (logprobs == null || logprobs instanceof JsonNull) {
            return body;
        }
        var spreading = new ChatLogprobs(JsonObject.orEmpty(logprobs));
        var deltas = new ArrayList<ChatDelta>();
        if (spreading.lists.stream().noneMatch(tokens -> tokens.all.remain())) {
            deltas.add(ChatDelta.NOTHING.withLogprobs(logprobs));
            deltas.addAll(body);
        } else {
            body.forEach(delta -> deltas.add(delta.piece() ? spreading.piece(delta) : delta));
            spreading.addRest(deltas);
        }
        return deltas;
    }

    private ChatDelta piece(ChatDelta delta) {
        for (var tokens : lists) {
            if (delta.delta().string(tokens.name) instanceof String text) {
                tokens.all.tell(text);
            }
        }
        return lists.stream().filter(tokens -> tokens.all.isDue()).findFirst()
                .map(tokens -> carrying(delta, tokens)).orElse(delta);
    }

    private void addRest(List<ChatDelta> deltas) {
        for (var tokens : lists) {
            tokens.all.tellRest();
            while (tokens.all.remain()) {
                deltas.add(carrying(ChatDelta.NOTHING, tokens));
            }
        }
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
}
