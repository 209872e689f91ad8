package fakestream.protocol;

import fakestream.protocol.audio.Speech;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/// Any sound, in any pieces, arrives whole: the texts of its events decode one by one and joined,
/// and one last event ends them.
public final class SpeechFuzz {
    private static final String BEFORE = "data: {\"type\":\"speech.audio.delta\",\"audio\":\"";
    private static final String AFTER = "\"}\n\n";
    private static final String DONE = "data: {\"type\":\"speech.audio.done\"}\n\n";

    private final Replay.OfBytes replay = new Speech().bytes("audio/mpeg").orElseThrow();
    private final StringBuilder joined = new StringBuilder();
    private int heard;

    private SpeechFuzz() {
    }

    /// The first byte bounds the length of a piece; the bytes of the sound itself vary it.
    public static void fuzzerTestOneInput(byte[] bytes) {
        if (bytes.length > 0) {
            new SpeechFuzz().check(Arrays.copyOfRange(bytes, 1, bytes.length), bytes[0] & 0xFF);
        }
    }

    private void check(byte[] sound, int longest) {
        for (int from = 0; from < sound.length;) {
            var to = Math.min(sound.length, from + 1 + (sound[from] & 0xFF) % (longest + 1));
            replay.next(Arrays.copyOfRange(sound, from, to)).forEach(this::hear);
            if (to - heard > 2) {
                throw new AssertionError(to - heard + " bytes are held back");
            }
            from = to;
        }
        var end = replay.end();
        end.subList(0, end.size() - 1).forEach(this::hear);
        if (!text(end.getLast()).equals(DONE) || heard != sound.length
                || !Arrays.equals(Base64.getDecoder().decode(joined.toString()), sound)) {
            throw new AssertionError("the sound changed");
        }
    }

    private void hear(SseEvent event) {
        var text = text(event);
        if (!text.startsWith(BEFORE) || !text.endsWith(AFTER)) {
            throw new AssertionError(text);
        }
        var audio = text.substring(BEFORE.length(), text.length() - AFTER.length());
        joined.append(audio);
        heard += Base64.getDecoder().decode(audio).length;
    }

    private static String text(SseEvent event) {
        return new String(event.bytes(), StandardCharsets.US_ASCII);
    }
}
