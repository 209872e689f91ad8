package fakestream.json;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Reads strings in a valid JSON text, each by the position of its opening quote.
final class JsonStrings {
    private JsonStrings() {
    }

    /// The end of the string: the position behind its closing quote.
    static int end(byte[] text, int from) {
        int i = from + 1;
        while (text[i] != '"') {
            i += text[i] == '\\' ? 2 : 1;
        }
        return i + 1;
    }

    /// The decoded text of the string.
    static String decode(byte[] text, int from) {
        return decode(text, from, end(text, from));
    }

    /// The decoded text of the string that ends before `end`.
    static String decode(byte[] text, int from, int end) {
        int escape = escape(text, from + 1, end - 1);
        return escape < 0 ? raw(text, from + 1, end - 1)
                : unescaped(text, from + 1, end - 1, escape);
    }

    /// Whether the string decodes to `wanted`.
    static boolean is(byte[] text, int from, String wanted) {
        int length = wanted.length();
        if (text.length - from < length + 2) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            byte b = text[from + 1 + i];
            if (b < 0 || b == '\\') {
                return decode(text, from).equals(wanted);
            }
            if (b != wanted.charAt(i) || b == '"') {
                return false;
            }
        }
        return text[from + 1 + length] == '"';
    }

    /// Compares the decoded texts of two strings by their UTF-16 units.
    static int compare(byte[] text, int one, int other) {
        int i = 1;
        while (true) {
            byte a = text[one + i];
            byte b = text[other + i];
            if (a < 0 || a == '\\' || b < 0 || b == '\\') {
                return decode(text, one).compareTo(decode(text, other));
            }
            if (a == '"' || b == '"') {
                return a == b ? 0 : a == '"' ? -1 : 1;
            }
            if (a != b) {
                return a - b;
            }
            i++;
        }
    }

    private static int escape(byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text[i] == '\\') {
                return i;
            }
        }
        return -1;
    }

    private static String raw(byte[] text, int from, int to) {
        return new String(text, from, to - from, StandardCharsets.UTF_8);
    }

    private static String unescaped(byte[] text, int from, int to, int firstEscape) {
        var out = new StringBuilder(to - from);
        int run = from;
        for (int escape = firstEscape; escape >= 0; escape = escape(text, run, to)) {
            if (run < escape) {
                out.append(raw(text, run, escape));
            }
            out.append(unit(text, escape + 1));
            run = escape + (text[escape + 1] == 'u' ? 6 : 2);
        }
        return out.append(raw(text, run, to)).toString();
    }

    /// The UTF-16 unit of an escape; two escapes in a row make a surrogate pair.
    private static char unit(byte[] text, int at) {
        return switch (text[at]) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) (HexFormat.fromHexDigit(text[at + 1]) << 12
                    | HexFormat.fromHexDigit(text[at + 2]) << 8
                    | HexFormat.fromHexDigit(text[at + 3]) << 4
                    | HexFormat.fromHexDigit(text[at + 4]));
            default -> (char) text[at];
        };
    }
}
