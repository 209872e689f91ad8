package fakestream.protocol;

import java.util.Random;

/// A random source that the fuzzer steers: bits come from the input, and from a seed after its end.
/// So a change of one byte changes one choice.
final class GivenRandom extends Random {
    private static final long serialVersionUID = 1L;

    private final byte[] bytes;
    private int at;

    GivenRandom(byte[] bytes, int from) {
        super(bytes.length);
        this.bytes = bytes.clone();
        this.at = from;
    }

    /// A choice of up to 31 bits takes one byte, so that a byte is a choice. The byte is spread
    /// over the upper bits, because the JDK takes numbers below a power of two from there.
    @Override
    protected int next(int bits) {
        if (bytes == null || at >= bytes.length) {
            return super.next(bits);
        }
        var b = (bytes[at++] & 0xFF) * 0x01010101;
        return b >>> 32 - bits;
    }
}
