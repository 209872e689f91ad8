package fakestream.json;

/// A text that is not JSON. The message gives line and column, from 1, and what was expected there.
/// It never quotes the text, so it is safe to log. Lines end with LF, columns count UTF-16 code
/// units. There is no stack trace: it would take ten times as long as reading a short text, and a
/// stream has many events that are not JSON.
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param from the start of the text in these bytes, which are well-formed up to `at`
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
