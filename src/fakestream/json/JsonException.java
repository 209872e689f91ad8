package fakestream.json;

/// A text that is not JSON. The message says where, as line and column from 1, and what was
/// expected there. It never shows what stands there, so it is safe to log. Lines end with LF,
/// columns count UTF-16 code units. It has no stack trace, which would take ten times as long as to
/// read a short text: a stream has many events that are no JSON.
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param from where the text begins in these bytes, which are well-formed up to `at`
    JsonException(byte[] text, int from, int at, String expected) {
        super("line " + line(text, from, at) + ", column " + column(text, from, at)
                + ": expected " + expected, null, false, false);
    }

    private static int line(byte[] text, int from, int at) {
        int line = 1;
        for (int i = from; i < at; i++) {
            line += text[i] == '\n' ? 1 : 0;
        }
        return line;
    }

    private static int column(byte[] text, int from, int at) {
        int start = at;
        while (start > from && text[start - 1] != '\n') {
            start--;
        }
        return 1 + Utf8.units(text, start, at);
    }
}
