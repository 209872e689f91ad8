package fakestream.json;

/// The well-formed byte sequences of UTF-8 (Unicode 16.0, table 3-7).
final class Utf8 {
    private Utf8() {
    }

    /// The start of the first malformed sequence, or -1 if there is none.
    static int malformed(byte[] text, int from) {
        int at = from;
        while (at < text.length) {
            if (text[at] >= 0) {
                at++;
            } else {
                int next = next(text, at, text.length);
                if (next < 0) {
                    return at;
                }
                at = next;
            }
        }
        return -1;
    }

    /// The end of the non-ASCII character that begins here, or -1 if it is malformed.
    static int next(byte[] text, int at, int end) {
        int first = text[at] & 0xFF;
        int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if (first < 0xC2 || first > 0xF4 || end - at < length) {
            return -1;
        }
        int second = text[at + 1] & 0xFF;
        if (second < lowest(first) || second > highest(first)) {
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

    /// The lowest second byte: it excludes overlong forms.
    private static int lowest(int first) {
        return first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    }

    /// The highest second byte: it excludes surrogates and code points above U+10FFFF.
    private static int highest(int first) {
        return first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    }
}
