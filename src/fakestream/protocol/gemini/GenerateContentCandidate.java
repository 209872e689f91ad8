package fakestream.protocol.gemini;

import fakestream.json.JsonArray;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.protocol.gemini.GenerateContentText.Piece;
import java.util.List;
import java.util.stream.IntStream;

/// One candidate of an answer. It spreads its pieces over the events of the stream, in order and
/// evenly; the last event also has all its other members. Clients overwrite those members with each
/// event, even with nothing (@google/generative-ai), so only the last event counts.
final class GenerateContentCandidate {
    private final JsonObject candidate;
    private final JsonObject content;
    private final JsonValue index;
    private final List<Piece> pieces;

    /// @param position the candidate's place, used if it has no index
    /// @param pieceLength length of a piece of visible text, in UTF-16 units
    /// @param longest length of the longest piece of any text, in UTF-16 units
    GenerateContentCandidate(JsonObject candidate, int position, int pieceLength, int longest) {
        this.candidate = candidate;
        this.content = JsonObject.orEmpty(candidate.get("content"));
        this.index = candidate.get("index") instanceof JsonNumber number ? number
                : JsonNumber.of(position);
        this.pieces = GenerateContentText.cut(content.elements("parts"), pieceLength, longest);
    }

    /// The number of pieces.
    int size() {
        return pieces.size();
    }

    /// Whether no event is too long if the candidate is spread over this many events.
    ///
    /// @param longest the most bytes of the candidate in an event that can still be split
    boolean fits(int events, int longest) {
        return size() <= events || IntStream.range(0, events)
                .mapToObj(event -> slice(event, events))
                .allMatch(slice -> slice.size() < 2 || slice.stream()
                        .mapToInt(piece -> JsonWriter.length(piece.part())).sum() <= longest);
    }

    /// The candidate's entry in an event; only the index if the event has no piece of it.
    JsonObject entry(int event, int events) {
        var slice = slice(event, events);
        var last = event == events - 1;
        var entry = new JsonObject.Builder();
        if (!slice.isEmpty()) {
            entry.add("content", content(slice, last));
        } else if (last) {
            entry.addAll(candidate.only("content"));
        }
        if (last) {
            entry.addAll(candidate.without("content", "index"));
        }
        return entry.add("index", index).build();
    }

    /// Whether a piece of visible text is in an event.
    boolean isPaced(int event, int events) {
        return slice(event, events).stream().anyMatch(Piece::paced);
    }

    /// The last piece is always in the last event: an event without content makes a chat of
    /// @google/genai forget the turn, so the finish reason must not come alone.
    private List<Piece> slice(int event, int events) {
        return pieces.subList((int) ((long) size() * event / events),
                (int) ((long) size() * (event + 1) / events));
    }

    private JsonObject content(List<Piece> slice, boolean last) {
        var parts = slice.stream().map(Piece::part).toList();
        return new JsonObject.Builder()
                .add("parts", new JsonArray(GenerateContentText.joined(parts)))
                .addAll(content.only("role"))
                .addAll(last ? content.without("parts", "role") : JsonObject.EMPTY).build();
    }
}
