package fakestream.json;

/// The well-formed byte sequences of UTF-8 (Unicode 16.0, table 3-7).
final class Utf8 {
    private Utf8() {
    }

    /// The start of the first malformed sequence, or -1 if there is none.
    static int malformed(byte[] text, int from) {
        for (int at = from, next; at < text.length; at = next) {
            next = next(text, at, text.length);
            if (next < 0) {
                return at;
            }
        }
        return -1;
    }

    /// The end of the character that begins here, or -1 if it is malformed.
    static int next(byte[] text, int at, int end) {
        int first = text[at] & 0xFF;
        if (first < 0x80) {
            return at + 1;
        }
        int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if (first < 0xC2 || first > 0xF4 || end - at < length) {
            return -1;
        }
        int second = text[at + 1] & 0xFF;
        // Lower ones are overlong forms; higher ones are surrogates, or are above U+10FFFF.
        int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < lowest || second > highest) {
            return -1;
        }
        for (int i = at + 2; i < at + length; i++) {
            if ((text[i] & 0xC0) != 0x80) {
                return -1;
            }
        }
        return at + length;
    }

    /// The number of UTF-16 units in a well-formed text.
    static int units(byte[] text, int from, int to) {
        int units = 0;
        for (int i = from; i < to; i++) {
            int b = text[i] & 0xFF;
            units += b >= 0xF0 ? 2 : (b & 0xC0) == 0x80 ? 0 : 1;
        }
        return units;
    }
}
