package fakestream.protocol.audio;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.protocol.SseEvent;
import fakestream.protocol.TextPieces;
import fakestream.protocol.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Turns a whole transcription into the events of its stream: the text in pieces, each with the log
/// probabilities of its tokens, and last the transcription itself. A segment with a speaker follows
/// its own text as an event of its own. The texts of all pieces join to the text of the answer.
final class TranscriptionReplay {
    static final String DELTA = "transcript.text.delta";
    static final String SEGMENT = "transcript.text.segment";
    static final String DONE = "transcript.text.done";

    /// The most log probabilities in one line, in UTF-16 units.
    private static final int LOGPROBS = 32 * 1024;

    private final JsonObject answer;
    private final int pieceLength;
    private final TokenLogprobs logprobs;
    private final List<SseEvent> events = new ArrayList<>();

    private TranscriptionReplay(JsonObject answer, int pieceLength) {
        this.answer = answer;
        this.pieceLength = pieceLength;
        this.logprobs = new TokenLogprobs(answer.get("logprobs") instanceof JsonArray(var tokens)
                ? tokens : List.of(), LOGPROBS);
    }

    static List<SseEvent> of(JsonObject answer, int pieceLength) {
        var replay = new TranscriptionReplay(answer, pieceLength);
        replay.tell();
        return replay.events;
    }

    private void tell() {
        var text = answer.string("text");
        var segments = segments();
        int told = 0;
        for (var segment : segments) {
            var end = end(text, told, segment);
            tell(text.substring(told, end), segment.string("id"));
            told = end;
            events.add(SseEvent.Message.of(segment));
        }
        tell(text.substring(told), null);
        logprobs.tellRest();
        while (logprobs.remain()) {
            delta("", null, false);
        }
        events.add(AudioEvents.event(DONE,
                segments.isEmpty() ? answer : answer.without("segments"), false));
    }

    /// The segments if all have a speaker, as in `diarized_json`: their type says so. The segments
    /// of `verbose_json` have no event, and stay in the last one. So do segments with an `error`,
    /// which the SDKs would throw.
    private List<JsonObject> segments() {
        var segments = answer.objects("segments");
        var areEvents = answer.get("segments") instanceof JsonArray(var all)
                && all.size() == segments.size()
                && segments.stream().allMatch(one ->
                        SEGMENT.equals(one.string("type")) && !one.has("error"));
        return areEvents ? segments : List.of();
    }

    /// Where a segment's text ends in the whole text; the search begins at `told`. Returns `told`
    /// if the text does not hold it. Blanks around it may differ.
    private static int end(String text, int told, JsonObject segment) {
        var own = Objects.requireNonNullElse(segment.string("text"), "").strip();
        var start = text.indexOf(own, told);
        return start < 0 ? told : start + own.length();
    }

    private void tell(String text, String segment) {
        for (var piece : TextPieces.of(text, pieceLength)) {
            logprobs.tell(piece);
            delta(piece, segment, true);
        }
    }

    /// @param segment the id of the segment that the text belongs to; null if none is known
    private void delta(String text, String segment, boolean piece) {
        var delta = new JsonObject.Builder().add("delta", text);
        if (answer.get("logprobs") instanceof JsonArray) {
            delta.add("logprobs", logprobs.take());
        }
        if (segment != null) {
            delta.add("segment_id", segment);
        }
        events.add(AudioEvents.event(DELTA, delta.build(), piece));
    }
}
