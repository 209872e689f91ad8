package fakestream.json;

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
        if (text.isEmpty() || end(text, 0) < text.length()) {
            throw new IllegalArgumentException("not a number of RFC 8259 section 6");
        }
    }

    /// A whole number.
    public static JsonNumber of(long number) {
        return new JsonNumber(Long.toString(number));
    }

    /// The number if it is a whole one of one to six digits without a sign; otherwise -1.
    public int small() {
        return text.length() <= MOST_DIGITS && digits(text, 0) == text.length()
                ? Integer.parseInt(text) : -1;
    }

    @Override
    public String toString() {
        return text;
    }

    /// The end of the longest number that begins at `from`; `from` if none begins there.
    ///
    /// `number = [ minus ] int [ frac ] [ exp ]`
    static int end(String text, int from) {
        int start = isAt(text, from, '-') ? from + 1 : from;
        int end = isAt(text, start, '0') ? start + 1 : digits(text, start);
        return end == start ? from : exponent(text, fraction(text, end));
    }

    /// `frac = decimal-point 1*DIGIT`
    private static int fraction(String text, int from) {
        if (!isAt(text, from, '.')) {
            return from;
        }
        int end = digits(text, from + 1);
        return end == from + 1 ? from : end;
    }

    /// `exp = e [ minus / plus ] 1*DIGIT`
    private static int exponent(String text, int from) {
        if (!isAt(text, from, 'e') && !isAt(text, from, 'E')) {
            return from;
        }
        boolean signed = isAt(text, from + 1, '-') || isAt(text, from + 1, '+');
        int start = signed ? from + 2 : from + 1;
        int end = digits(text, start);
        return end == start ? from : end;
    }

    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    private static boolean isAt(String text, int at, char wanted) {
        return at < text.length() && text.charAt(at) == wanted;
    }
}
