package fakestream.json;

import java.nio.charset.StandardCharsets;

/// A number of RFC 8259 section 6, kept as its text: nothing is rounded, and `1.0` stays `1.0`. So
/// `1.0` and `1` are not equal.
///
/// @param text the number as JSON text
public record JsonNumber(String text) implements JsonValue {
    private static final int MOST_DIGITS = 6;

    /// Checks the text.
    ///
    /// @throws IllegalArgumentException if it is not a number of RFC 8259
    public JsonNumber {
        var bytes = ascii(text);
        if (bytes.length == 0 || end(bytes, 0) < bytes.length) {
            throw new IllegalArgumentException("not a number of RFC 8259 section 6");
        }
    }

    /// A whole number.
    public static JsonNumber of(long number) {
        return new JsonNumber(Long.toString(number));
    }

    /// The number if it is a whole one of one to six digits without a sign; otherwise -1.
    public int small() {
        return text.length() <= MOST_DIGITS && digits(ascii(text), 0) == text.length()
                ? Integer.parseInt(text) : -1;
    }

    @Override
    public String toString() {
        return text;
    }

    /// The end of the longest number that begins at `from`; `from` if none begins there.
    ///
    /// `number = [ minus ] int [ frac ] [ exp ]`
    static int end(byte[] text, int from) {
        int start = isAt(text, from, '-') ? from + 1 : from;
        int end = isAt(text, start, '0') ? start + 1 : digits(text, start);
        if (end == start) {
            return from;
        }
        if (isAt(text, end, '.')) {
            int fraction = digits(text, end + 1);
            end = fraction > end + 1 ? fraction : end;
        }
        if (isAt(text, end, 'e') || isAt(text, end, 'E')) {
            boolean signed = isAt(text, end + 1, '-') || isAt(text, end + 1, '+');
            int first = signed ? end + 2 : end + 1;
            int exponent = digits(text, first);
            end = exponent > first ? exponent : end;
        }
        return end;
    }

    /// The end of the digits that begin here.
    private static int digits(byte[] text, int from) {
        int at = from;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        return at;
    }

    private static boolean isAt(byte[] text, int at, char wanted) {
        return at < text.length && text[at] == wanted;
    }

    /// The text as bytes; a character outside ASCII becomes a byte that no number has.
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
