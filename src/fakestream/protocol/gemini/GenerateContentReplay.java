package fakestream.protocol.gemini;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.SseEvent;
import fakestream.protocol.TextPieces;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Turns a whole answer into the events of its stream. The first candidate sets the number of
/// events; the others share them. Each event has an entry for every candidate, in the answer's
/// order: clients read the first entry as the first candidate, whatever its index says (`text` and
/// chats of @google/genai and google-genai), or read every entry by its place.
final class GenerateContentReplay {
    /// The bytes that the longest line leaves for the parts.
    private static final int LONGEST_PARTS = SseEvent.LONGEST_LINE - 8 * 1024;

    /// The members that identify the answer; every event has them.
    private static final List<String> NAMES = List.of("modelVersion", "responseId", "createTime");

    private final JsonObject answer;
    private final JsonObject names;
    private final List<GenerateContentCandidate> candidates;

    private GenerateContentReplay(JsonObject answer, int pieceLength) {
        this.answer = answer;
        this.names = answer.without(answer.members().keySet().stream()
                .filter(name -> !NAMES.contains(name)).toArray(String[]::new));
        this.candidates = candidates(answer, pieceLength);
    }

    /// The events; a single event with everything if there is no candidate (a blocked prompt).
    static List<SseEvent> of(JsonObject answer, int pieceLength) {
        var replay = new GenerateContentReplay(answer, pieceLength);
        return replay.candidates.isEmpty() ? List.of(SseEvent.Message.of(answer))
                : replay.tell();
    }

    private static List<GenerateContentCandidate> candidates(JsonObject answer, int pieceLength) {
        var list = GenerateContentChunk.of(answer).candidates();
        var longest = Math.max(1, TextPieces.LARGE / Math.max(1, list.size()));
        return IntStream.range(0, list.size()).mapToObj(i ->
                new GenerateContentCandidate(list.get(i), i, pieceLength, longest)).toList();
    }

    private List<SseEvent> tell() {
        var count = count();
        var events = new ArrayList<SseEvent>(count);
        for (int i = 0; i < count; i++) {
            var event = i;
            var paced = candidates.stream().anyMatch(one -> one.isPaced(event, count));
            events.add(new SseEvent.Message("", event(event, count), paced));
        }
        return events;
    }

    /// As many events as the first candidate has pieces, or more if the other candidates make the
    /// events too long. Some then have only the index of the first candidate, and a chat forgets
    /// the turn. This takes another candidate that is hundreds of times as long as the first.
    private int count() {
        var count = Math.max(1, candidates.getFirst().size());
        var longest = LONGEST_PARTS / candidates.size();
        while (!fits(count, longest)) {
            count *= 2;
        }
        return count;
    }

    private boolean fits(int count, int longest) {
        return candidates.stream().allMatch(candidate -> candidate.fits(count, longest));
    }

    /// The last event has the usage and all other members beside the candidates, because clients
    /// keep the last usage that they see.
    private JsonObject event(int event, int count) {
        var entries = candidates.stream()
                .map(candidate -> (JsonValue) candidate.entry(event, count)).toList();
        var beside = event == count - 1 ? answer.without("candidates") : names;
        return new JsonObject.Builder().add("candidates", new JsonArray(entries))
                .addAll(beside).build();
    }
}
