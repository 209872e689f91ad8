package fakestream.protocol.gemini;

import fakestream.json.JsonBoolean;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.TextPieces;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Cuts the text parts of a content into pieces, and joins such pieces again. What else a part
/// may be (a function call, an image, code and its result, what is yet to come) stays as it is.
final class GenerateContentText {
    /// What every piece of a text says, so that thoughts are told from the answer.
    private static final Set<String> EVERY_PIECE = Set.of("text", "thought");

    /// What comes before the text that is being joined.
    private final List<JsonValue> done = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    /// The part that the text belongs to; null where the last part is closed.
    private JsonObject open;

    private GenerateContentText() {
    }

    /// The parts in pieces: visible text as short as `pieceLength` says, thoughts in large pieces
    /// that are not paced, all else whole. No text is longer than `longest` UTF-16 units.
    static List<GenerateContentPiece> cut(List<JsonValue> parts, int pieceLength, int longest) {
        var pieces = new ArrayList<GenerateContentPiece>();
        for (var part : parts) {
            if (part instanceof JsonObject object && isText(object)) {
                var paced = !isThought(object);
                var length = paced ? Math.min(pieceLength, longest) : longest;
                cut(object, length).forEach(piece ->
                        pieces.add(new GenerateContentPiece(piece, paced)));
            } else {
                pieces.add(new GenerateContentPiece(part, false));
            }
        }
        return pieces;
    }

    /// The members beside the text come once, on the last piece. There Gemini itself puts the
    /// signature of a text, and a client that returns it as history may not find it twice.
    private static List<JsonObject> cut(JsonObject part, int length) {
        var texts = TextPieces.of(part.string("text"), length);
        if (texts.size() < 2) {
            return List.of(part);
        }
        var start = part.without(part.members().keySet().stream()
                .filter(name -> !EVERY_PIECE.contains(name)).toArray(String[]::new));
        var last = texts.size() - 1;
        var pieces = new ArrayList<JsonObject>();
        texts.subList(0, last).forEach(text ->
                pieces.add(start.with("text", new JsonString(text))));
        pieces.add(part.with("text", new JsonString(texts.get(last))));
        return pieces;
    }

    /// The parts with the texts joined that follow one another and are of one kind. A text that
    /// has been signed is complete: Gemini forbids to join it with what follows.
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
        if (!EVERY_PIECE.containsAll(object.members().keySet())) {
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
