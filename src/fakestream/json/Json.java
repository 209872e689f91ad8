package fakestream.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// JSON text to values, and text to a JSON string. A value's way back to text is its
/// [JsonValue#toString()].
///
/// Reading is strict: a text that is not RFC 8259 is refused. Where the RFC leaves a choice,
/// numbers of any size and lone surrogates are kept, and the last of duplicate members wins. A text
/// may have 65,536 duplicates, an object a million members, and 512 arrays and objects may be
/// nested.
public final class Json {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private Json() {
    }

    /// The value that a JSON text in UTF-8 holds (RFC 8259 sections 2 and 8.1). It keeps the bytes,
    /// which nobody may change from then on, and finds in them what it is asked for.
    ///
    /// @throws JsonException where it is not well-formed UTF-8, not JSON, or too deeply nested
    public static JsonValue parse(byte[] utf8) throws JsonException {
        return source(utf8, startsWithMark(utf8) ? BYTE_ORDER_MARK.length : 0).document();
    }

    /// The value that a JSON text holds (RFC 8259 section 2).
    ///
    /// @throws JsonException where it is not JSON, or too deeply nested
    public static JsonValue parse(String text) throws JsonException {
        // Each lone surrogate becomes a question mark, which is JSON where they are, in a string.
        var source = source(text.getBytes(StandardCharsets.UTF_8), 0);
        return hasLoneSurrogate(text) ? source(escaped(text), 0).document() : source.document();
    }

    /// The text as a JSON string, quotes included (RFC 8259 section 7).
    public static String quote(String text) {
        return new JsonString(text).toString();
    }

    private static JsonSource source(byte[] utf8, int from) throws JsonException {
        var scanner = new JsonScanner(utf8, from);
        var source = scanner.document();
        var repeated = scanner.names().repeated();
        return repeated.size() == 0 ? source : source(Repeats.removed(source, repeated), 0);
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (JsonWriter.isLoneSurrogate(text, at)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] escaped(String text) {
        var out = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            if (JsonWriter.isLoneSurrogate(text, at)) {
                out.append("\\u").append(HexFormat.of().toHexDigits(text.charAt(at)));
            } else {
                out.append(text.charAt(at));
            }
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// RFC 8259 section 8.1 forbids to send a byte order mark, but parsers "MAY ignore the presence
    /// of a byte order mark rather than treating it as an error", and some senders add one.
    private static boolean startsWithMark(byte[] utf8) {
        return utf8.length >= 3 && Arrays.equals(utf8, 0, 3, BYTE_ORDER_MARK, 0, 3);
    }
}
