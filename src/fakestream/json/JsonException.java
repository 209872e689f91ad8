package fakestream.json;

/// A text that is not JSON. The message says where, as line and column from 1, and what was
/// expected there. It never shows what stands there, so it is safe to log. Lines end with LF,
/// columns count UTF-16 code units.
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    JsonException(String text, int at, String expected) {
        super("line " + line(text, at) + ", column " + column(text, at)
                + ": expected " + expected);
    }

    private static long line(String text, int at) {
        return 1 + text.chars().limit(at).filter(c -> c == '\n').count();
    }

    private static int column(String text, int at) {
        return at - text.lastIndexOf('\n', at - 1);
    }
}
