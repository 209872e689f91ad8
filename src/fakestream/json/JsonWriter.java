package fakestream.json;

import java.util.HexFormat;

/// Values to compact JSON text, without blanks between the tokens.
final class JsonWriter {
    private static final HexFormat HEX = HexFormat.of();

    private final StringBuilder out = new StringBuilder();

    private JsonWriter() {
    }

    static String write(JsonValue value) {
        var writer = new JsonWriter();
        writer.value(value);
        return writer.out.toString();
    }

    /// What is left, a number, a boolean or null, has its JSON as its text. Here, and wherever else
    /// a chat comes by, is no pattern switch: the JVM makes the code of each one at its first use,
    /// which costs every start some milliseconds.
    private void value(JsonValue value) {
        if (value instanceof JsonObject object) {
            object(object);
        } else if (value instanceof JsonArray array) {
            array(array);
        } else if (value instanceof JsonString(var text)) {
            string(text);
        } else {
            out.append(value);
        }
    }

    private void object(JsonObject object) {
        char before = '{';
        for (var member : object.members().entrySet()) {
            out.append(before);
            string(member.getKey());
            out.append(':');
            value(member.getValue());
            before = ',';
        }
        out.append(before == '{' ? "{}" : "}");
    }

    private void array(JsonArray array) {
        char before = '[';
        for (var element : array.elements()) {
            out.append(before);
            value(element);
            before = ',';
        }
        out.append(before == '[' ? "[]" : "]");
    }

    /// Appends the runs between two escapes as a whole: a long text is mostly one run.
    private void string(String text) {
        out.append('"');
        int run = 0;
        for (int at = 0; at < text.length(); at++) {
            if (needsEscape(text, at)) {
                out.append(text, run, at);
                escape(text.charAt(at));
                run = at + 1;
            }
        }
        out.append(text, run, text.length()).append('"');
    }

    /// Section 7 asks for the quote, the backslash and the controls below U+0020. U+0085, U+2028
    /// and U+2029 are escaped too, because readers of event streams that cut lines with Python's
    /// `splitlines` would cut there. A lone surrogate has no UTF-8 form other than its escape.
    private static boolean needsEscape(String text, int at) {
        char c = text.charAt(at);
        if (c < 0x80) {
            return c < 0x20 || c == '"' || c == '\\';
        }
        return c == '\u0085' || c == '\u2028' || c == '\u2029' || isLoneSurrogate(text, at);
    }

    private static boolean isLoneSurrogate(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return Character.isLowSurrogate(c)
                && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }

    private void escape(char c) {
        switch (c) {
            case '"', '\\' -> out.append('\\').append(c);
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> out.append("\\u").append(HEX.toHexDigits(c));
        }
    }
}
