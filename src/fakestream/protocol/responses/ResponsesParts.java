package fakestream.protocol.responses;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.protocol.TextPieces;
import fakestream.protocol.TokenLogprobs;
import java.util.List;

/// Turns the parts of a message's content, a reasoning's content or a reasoning's summary into
/// events. Each part is added empty, then its text comes in pieces, then the part is done.
///
/// @param place the members that name the item in each event
record ResponsesParts(boolean isSummary, JsonObject place, int pieceLength,
        ResponsesEvents events) {
    /// The most log probabilities in one line, in UTF-16 units; the text has the rest of the
    /// longest line.
    private static final int LOGPROBS = 32 * 1024;

    ResponsesParts {
        pieceLength = Math.min(pieceLength, TextPieces.LARGE);
    }

    /// The parts in a member of an item; none if they can only be sent with the item. openai-node 7
    /// accepts `reasoning_text` only in a reasoning, and nothing else there.
    static List<JsonObject> in(JsonObject item, String name) {
        var isReasoning = "reasoning".equals(item.string("type"));
        var isSummary = isReasoning && name.equals("summary");
        var isContent = name.equals("content")
                && (isReasoning || "message".equals(item.string("type")));
        var fit = (isSummary || isContent) && item.elements(name).stream().allMatch(part ->
                part instanceof JsonObject object && (isSummary
                        || isReasoning == "reasoning_text".equals(object.string("type"))));
        return fit ? item.objects(name) : List.of();
    }

    /// Adds the events of all parts.
    void tell(List<JsonObject> parts) {
        for (int i = 0; i < parts.size(); i++) {
            tell(parts.get(i), i);
        }
    }

    private void tell(JsonObject part, int i) {
        var name = textOf(part);
        var text = name == null ? null : part.string(name);
        var added = text == null ? part : opened(part, name);
        var event = isSummary ? "response.reasoning_summary_part" : "response.content_part";
        events.add(event + ".added", place(i).add("part", added));
        if (text != null) {
            tellText(part, i, name, text);
        }
        events.add(event + ".done", place(i).add("part", part));
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

    /// Thoughts come in as few events as lines allow: no client waits for them word by word.
    private void tellText(JsonObject part, int i, String name, String text) {
        var type = isSummary ? "reasoning_summary_text" : part.string("type");
        var event = "response." + type;
        var done = place(i).add(name, text);
        switch (type) {
            case "output_text" -> {
                tellOutputText(part, i, text);
                done.add("logprobs", new JsonArray(part.elements("logprobs")));
            }
            case "refusal" -> tellPieces(event, i, text, pieceLength, true);
            default -> tellPieces(event, i, text, TextPieces.LARGE, false);
        }
        events.add(event + ".done", done);
    }

    private void tellOutputText(JsonObject part, int i, String text) {
        var logprobs = new TokenLogprobs(part.elements("logprobs"), LOGPROBS);
        for (var piece : TextPieces.of(text, pieceLength)) {
            logprobs.tell(piece);
            tellOutputText(i, piece, logprobs.take(), true);
        }
        logprobs.tellRest();
        while (logprobs.remain()) {
            tellOutputText(i, "", logprobs.take(), false);
        }
        var annotations = part.elements("annotations");
        for (int j = 0; j < annotations.size(); j++) {
            events.add("response.output_text.annotation.added", place(i)
                    .add("annotation_index", j).add("annotation", annotations.get(j)));
        }
    }

    private void tellOutputText(int i, String text, JsonArray logprobs, boolean piece) {
        events.add("response.output_text.delta",
                place(i).add("delta", text).add("logprobs", logprobs), piece);
    }

    private void tellPieces(String event, int i, String text, int length, boolean piece) {
        for (var part : TextPieces.of(text, length)) {
            events.add(event + ".delta", place(i).add("delta", part), piece);
        }
    }

    private JsonObject.Builder place(int i) {
        return new JsonObject.Builder().addAll(place)
                .add(isSummary ? "summary_index" : "content_index", i);
    }
}
