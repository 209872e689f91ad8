package fakestream.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A melody with a note for each of the first words of a text, as a WAV file: one channel, 16 bits
/// a sample.
final class DemoSound {
    private static final int RATE = 16_000;
    private static final int BYTES = 2;
    private static final int NOTE = RATE / 4;
    private static final int MOST_NOTES = 12;
    private static final int HEADER = 44;
    /// Half tones above A4 of a scale in which all notes sound well together.
    private static final int[] SCALE = {0, 2, 4, 7, 9, 12};

    private DemoSound() {
    }

    static byte[] of(String text) {
        var notes = Arrays.stream(text.strip().split("\\s+")).limit(MOST_NOTES)
                .mapToInt(word -> SCALE[Math.floorMod(word.hashCode(), SCALE.length)]).toArray();
        int length = notes.length * NOTE * BYTES;
        var file = ByteBuffer.allocate(HEADER + length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(ascii("RIFF")).putInt(HEADER - 8 + length).put(ascii("WAVE"))
                .put(ascii("fmt ")).putInt(16).putShort((short) 1).putShort((short) 1)
                .putInt(RATE).putInt(RATE * BYTES).putShort((short) BYTES)
                .putShort((short) (8 * BYTES)).put(ascii("data")).putInt(length);
        for (int note : notes) {
            tone(file, 440 * Math.pow(2, note / 12.0));
        }
        return file.array();
    }

    /// One note, which fades so that its end does not click.
    private static void tone(ByteBuffer file, double frequency) {
        for (int i = 0; i < NOTE; i++) {
            double loud = 8000 * Math.sin(Math.PI * i / NOTE);
            file.putShort((short) (loud * Math.sin(2 * Math.PI * frequency * i / RATE)));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
