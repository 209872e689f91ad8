package fakestream.demo;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// A picture of a sun in a sky, as a PNG of a few kilobytes (RFC 2083). Its title gives it the
/// colours.
final class DemoPicture {
    /// The width and the height, in pixels.
    static final int SIZE = 256;

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 26, '\n'};
    private static final int CHANNELS = 3;
    private static final double SUN = 0.17;

    private DemoPicture() {
    }

    static byte[] of(String title) {
        var header = ByteBuffer.allocate(13).putInt(SIZE).putInt(SIZE)
                // Eight bits a channel, and colours without transparency.
                .put((byte) 8).put((byte) 2);
        var file = new ByteArrayOutputStream();
        file.writeBytes(SIGNATURE);
        file.writeBytes(chunk("IHDR", header.array()));
        file.writeBytes(chunk("IDAT", deflated(pixels(title.hashCode()))));
        file.writeBytes(chunk("IEND", new byte[0]));
        return file.toByteArray();
    }

    /// The rows, each after a zero that says that the row has no filter.
    private static byte[] pixels(int seed) {
        var pixels = ByteBuffer.allocate(SIZE * (1 + SIZE * CHANNELS));
        double shift = Math.floorMod(seed, 360) / 360.0;
        for (int y = 0; y < SIZE; y++) {
            pixels.put((byte) 0);
            for (int x = 0; x < SIZE; x++) {
                double down = (double) y / SIZE;
                double fromSun = Math.hypot((double) x / SIZE - 0.5, down - 0.55);
                for (int channel = 0; channel < CHANNELS; channel++) {
                    double wave = Math.cos(2 * Math.PI
                            * (shift + down * 0.4 + (double) channel / CHANNELS));
                    pixels.put((byte) (fromSun < SUN ? 235 + 20 * wave : 140 + 90 * wave));
                }
            }
        }
        return pixels.array();
    }

    private static byte[] deflated(byte[] bytes) {
        try (var deflater = new Deflater()) {
            deflater.setInput(bytes);
            deflater.finish();
            var out = new ByteArrayOutputStream();
            var piece = new byte[8192];
            while (!deflater.finished()) {
                out.write(piece, 0, deflater.deflate(piece));
            }
            return out.toByteArray();
        }
    }

    /// A chunk: its length, its type, its data, and the checksum of type and data.
    private static byte[] chunk(String type, byte[] data) {
        var chunk = ByteBuffer.allocate(12 + data.length).putInt(data.length)
                .put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
        var checksum = new CRC32();
        checksum.update(chunk.array(), 4, 4 + data.length);
        return chunk.putInt((int) checksum.getValue()).array();
    }
}
