package fakestream.protocol.responses;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.TextPieces;
import fakestream.protocol.TokenLogprobs;
import java.util.List;

/// Turns the parts of a message's content, a reasoning's content or a reasoning's summary into
/// events. Each part is added empty, then its text comes in pieces, then the part is done.
final class ResponsesParts {
    /// The most log probabilities in one line, in UTF-16 units; the text has the rest of the
    /// longest line.
    private static final int LOGPROBS = 32 * 1024;

    private final List<JsonValue> parts;
    private final boolean isSummary;
    private final JsonObject scope;
    private final int pieceLength;
    private final ResponsesEvents events;

    private ResponsesParts(List<JsonValue> parts, boolean isSummary, JsonObject scope,
            int pieceLength, ResponsesEvents events) {
        this.parts = parts;
        this.isSummary = isSummary;
        this.scope = scope;
        this.pieceLength = Math.min(pieceLength, TextPieces.LARGE);
        this.events = events;
    }

    /// The parts in a member of an item; null if they can only be sent with the item. openai-node 7
    /// accepts `reasoning_text` only in a reasoning, and nothing else there.
    ///
    /// @param scope the members that name the item in each event
    static ResponsesParts in(JsonObject item, String name, JsonObject scope, int pieceLength,
            ResponsesEvents events) {
        var isReasoning = "reasoning".equals(item.string("type"));
        var isSummary = isReasoning && name.equals("summary");
        var isContent = name.equals("content")
                && (isReasoning || "message".equals(item.string("type")));
        if (!isSummary && !isContent || !(item.get(name) instanceof JsonArray(var parts))) {
            return null;
        }
        var fit = parts.stream().allMatch(part -> part instanceof JsonObject object
                && (isSummary || isReasoning == "reasoning_text".equals(object.string("type"))));
        return fit ? new ResponsesParts(parts, isSummary, scope, pieceLength, events) : null;
    }

    /// Adds the events of all parts.
    void tell() {
        for (int i = 0; i < parts.size(); i++) {
            tell((JsonObject) parts.get(i), i);
        }
    }

    private void tell(JsonObject part, int i) {
        var name = textOf(part);
        var text = name == null ? null : part.string(name);
        var added = text == null ? part : opened(part, name);
        var event = isSummary ? "response.reasoning_summary_part" : "response.content_part";
        tell(event + ".added", i, new JsonObject.Builder().add("part", added));
        if (text != null) {
            tellText(part, i, name, text);
        }
        tell(event + ".done", i, new JsonObject.Builder().add("part", part));
    }

    /// The member that holds the part's text; null if its text has no events.
    private String textOf(JsonObject part) {
        return switch (part.string("type")) {
            case "output_text", "reasoning_text" -> "text";
            case "refusal" -> isSummary ? null : "refusal";
            case null, default -> isSummary ? "text" : null;
        };
    }

    private static JsonObject opened(JsonObject part, String text) {
        var opened = part.with(text, new JsonString(""));
        for (var list : List.of("annotations", "logprobs")) {
            opened = opened.get(list) instanceof JsonArray ? opened.with(list, JsonArray.EMPTY)
                    : opened;
        }
        return opened;
    }

    private void tellText(JsonObject part, int i, String name, String text) {
        var done = new JsonObject.Builder().add(name, text);
        switch (isSummary ? "summary_text" : part.string("type")) {
            case "output_text" -> {
                tellOutputText(part, i, text);
                done.add("logprobs", list(part, "logprobs"));
                tell("response.output_text.done", i, done);
            }
            case "refusal" -> {
                tellPieces("response.refusal", i, text, pieceLength, true);
                tell("response.refusal.done", i, done);
            }
            case "reasoning_text" -> tellThoughts("response.reasoning_text", i, text, done);
            default -> tellThoughts("response.reasoning_summary_text", i, text, done);
        }
    }

    private void tellOutputText(JsonObject part, int i, String text) {
        var pieces = TextPieces.of(text, pieceLength);
        var logprobs = new TokenLogprobs(list(part, "logprobs").elements(), LOGPROBS);
        for (var piece : pieces) {
            logprobs.tell(piece);
            tellOutputText(i, piece, logprobs.take(), true);
        }
        logprobs.tellRest();
        while (logprobs.remain()) {
            tellOutputText(i, "", logprobs.take(), false);
        }
        var annotations = list(part, "annotations").elements();
        for (int j = 0; j < annotations.size(); j++) {
            tell("response.output_text.annotation.added", i, new JsonObject.Builder()
                    .add("annotation_index", j).add("annotation", annotations.get(j)));
        }
    }

    private void tellOutputText(int i, String text, JsonArray logprobs, boolean piece) {
        events.add("response.output_text.delta", place(i).add("delta", text)
                .add("logprobs", logprobs).build(), piece);
    }

    private static JsonArray list(JsonObject part, String name) {
        return part.get(name) instanceof JsonArray list ? list : JsonArray.EMPTY;
    }

    /// Thoughts come in as few events as lines allow: no client waits for them word by word.
    private void tellThoughts(String event, int i, String text, JsonObject.Builder done) {
        tellPieces(event, i, text, TextPieces.LARGE, false);
        tell(event + ".done", i, done);
    }

    private void tellPieces(String event, int i, String text, int length, boolean piece) {
        for (var part : TextPieces.of(text, length)) {
            events.add(event + ".delta", place(i).add("delta", part).build(), piece);
        }
    }

    private void tell(String event, int i, JsonObject.Builder members) {
        events.add(event, place(i).addAll(members.build()));
    }

    private JsonObject.Builder place(int i) {
        return new JsonObject.Builder().addAll(scope)
                .add(isSummary ? "summary_index" : "content_index", i);
    }
}
