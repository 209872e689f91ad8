package fakestream.protocol.gemini;

import fakestream.json.JsonBoolean;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.TextPieces;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Cuts the text parts of a content into pieces, and joins the pieces again. Other parts (function
/// calls, images, code and its result, unknown kinds) stay as they are.
final class GenerateContentText {
    /// The members that every piece of a text has; `thought` separates thoughts from the answer.
    private static final String[] EVERY_PIECE = {"text", "thought"};

    /// One part of a content, as one event carries it.
    ///
    /// @param paced whether it is a piece of text that people read as it arrives
    record Piece(JsonValue part, boolean paced) {
    }

    /// The parts before the text that is being joined.
    private final List<JsonValue> done = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    /// The part that the text belongs to; null if the last part is closed.
    private JsonObject open;

    private GenerateContentText() {
    }

    /// Cuts visible text into pieces of `pieceLength`, and thoughts into large pieces without
    /// pacing. Other parts stay whole. No text is longer than `longest` UTF-16 units.
    static List<Piece> cut(List<JsonValue> parts, int pieceLength, int longest) {
        var pieces = new ArrayList<Piece>();
        for (var part : parts) {
            if (part instanceof JsonObject object && isText(object)) {
                var paced = !isThought(object);
                var length = paced ? Math.min(pieceLength, longest) : longest;
                cut(object, length).forEach(piece -> pieces.add(new Piece(piece, paced)));
            } else {
                pieces.add(new Piece(part, false));
            }
        }
        return pieces;
    }

    /// Only the last piece has the members beside the text. Gemini itself puts a text's signature
    /// there; a client that returns it as history must not get it twice.
    private static List<JsonObject> cut(JsonObject part, int length) {
        var texts = TextPieces.of(part.string("text"), length);
        if (texts.size() < 2) {
            return List.of(part);
        }
        var start = part.only(EVERY_PIECE);
        var last = texts.size() - 1;
        return IntStream.rangeClosed(0, last).mapToObj(i -> (i == last ? part : start)
                .with("text", new JsonString(texts.get(i)))).toList();
    }

    /// Joins consecutive texts of one kind. A signed text is complete: Gemini forbids joining it
    /// with the next text.
    static List<JsonValue> joined(List<JsonValue> parts) {
        var join = new GenerateContentText();
        parts.forEach(join::add);
        join.close();
        return join.done;
    }

    private void add(JsonValue part) {
        if (!(part instanceof JsonObject object) || !isText(object)) {
            close();
            done.add(part);
            return;
        }
        if (open != null && isThought(open) != isThought(object)) {
            close();
        }
        open = open == null ? object
                : new JsonObject.Builder().addAll(open).addAll(object).build();
        text.append(object.string("text"));
        if (!object.without(EVERY_PIECE).members().isEmpty()) {
            close();
        }
    }

    private void close() {
        if (open != null) {
            done.add(open.with("text", new JsonString(text.toString())));
            text.setLength(0);
            open = null;
        }
    }

    private static boolean isText(JsonObject part) {
        return part.get("text") instanceof JsonString;
    }

    private static boolean isThought(JsonObject part) {
        return JsonBoolean.TRUE.equals(part.get("thought"));
    }
}
