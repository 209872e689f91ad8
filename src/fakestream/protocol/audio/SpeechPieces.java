package fakestream.protocol.audio;

import fakestream.json.JsonObject;
import fakestream.json.JsonWriter;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// Turns the bytes of a sound into events while they come. Each event but the last has a multiple
/// of three bytes, so that its base64 needs no padding: a client may decode each event, or join the
/// texts and decode them once.
final class SpeechPieces implements Replay.OfBytes {
    static final String DELTA = "speech.audio.delta";
    static final String DONE = "speech.audio.done";

    /// The most bytes in one event; in base64 they take a third of the longest line.
    private static final int LONGEST = 24 * 1024;

    private final JsonObject beside;
    /// Bytes that wait for the next ones: two at most.
    private byte[] rest = new byte[0];

    /// @param beside the members of the last event beside its type, such as the usage
    SpeechPieces(JsonObject beside) {
        this.beside = beside;
    }

    @Override
    public List<SseEvent> next(byte[] bytes) {
        var due = Arrays.copyOf(rest, rest.length + bytes.length);
        System.arraycopy(bytes, 0, due, rest.length, bytes.length);
        int end = due.length - due.length % 3;
        rest = Arrays.copyOfRange(due, end, due.length);
        var events = new ArrayList<SseEvent>();
        for (int from = 0; from < end; from += LONGEST) {
            events.add(delta(Arrays.copyOfRange(due, from, Math.min(from + LONGEST, end))));
        }
        return events;
    }

    @Override
    public List<SseEvent> end() {
        var done = AudioEvents.event(DONE, beside, false);
        return rest.length == 0 ? List.of(done) : List.of(delta(rest), done);
    }

    /// An event with these bytes. Base64 needs no escapes in JSON.
    static SseEvent delta(byte[] bytes) {
        return SseEvent.Message.of(new JsonWriter()
                .text("{\"type\":\"" + DELTA + "\",\"audio\":\"")
                .bytes(Base64.getEncoder().encode(bytes)).text("\"}").parts());
    }
}
