package fakestream.protocol.gemini;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.SseEvent;
import fakestream.protocol.TextPieces;
import java.util.List;
import java.util.stream.IntStream;

/// Turns a whole answer into the events of its stream. The first candidate sets the number of
/// events; the others share them. Each event has an entry for every candidate, in the answer's
/// order: clients read the first entry as the first candidate, whatever its index says (`text` and
/// chats of @google/genai and google-genai), or read every entry by its place.
final class GenerateContentReplay {
    /// The bytes that the longest line leaves for the parts.
    private static final int LONGEST_PARTS = SseEvent.LONGEST_LINE - 8 * 1024;

    private GenerateContentReplay() {
    }

    /// The events; a single event with everything if there is no candidate (a blocked prompt). Each
    /// event has the members that identify the answer. The last one has the usage and all others,
    /// because clients keep the last usage that they see.
    static List<SseEvent> of(JsonObject answer, int pieceLength) {
        var all = answer.objects("candidates");
        if (all.isEmpty()) {
            return List.of(SseEvent.Message.of(answer));
        }
        var longest = Math.max(1, TextPieces.LARGE / all.size());
        var candidates = IntStream.range(0, all.size()).mapToObj(i ->
                new GenerateContentCandidate(all.get(i), i, pieceLength, longest)).toList();
        var names = answer.only("modelVersion", "responseId", "createTime");
        var count = count(candidates);
        return IntStream.range(0, count).<SseEvent>mapToObj(i -> {
            var entries = candidates.stream().<JsonValue>map(one -> one.entry(i, count)).toList();
            var data = new JsonObject.Builder().add("candidates", new JsonArray(entries))
                    .addAll(i == count - 1 ? answer.without("candidates") : names).build();
            var paced = candidates.stream().anyMatch(one -> one.isPaced(i, count));
            return new SseEvent.Message("", data, paced);
        }).toList();
    }

    /// As many events as the first candidate has pieces, or more if the other candidates make the
    /// events too long. Some then have only the index of the first candidate, and a chat forgets
    /// the turn. This takes another candidate that is hundreds of times as long as the first.
    private static int count(List<GenerateContentCandidate> candidates) {
        var longest = LONGEST_PARTS / candidates.size();
        return IntStream.iterate(Math.max(1, candidates.getFirst().size()), count -> 2 * count)
                .filter(count -> candidates.stream().allMatch(one -> one.fits(count, longest)))
                .findFirst().orElseThrow();
    }
}
