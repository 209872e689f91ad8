package fakestream.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// Parses JSON text, and writes text as a JSON string. [JsonValue#toString()] writes a value.
///
/// Parsing is strict: a text that is not RFC 8259 is refused. The RFC leaves some choices: numbers
/// of any size and lone surrogates are kept, and the last of duplicate members wins. The limits are
/// 65,536 duplicates in a text, a million members in an object, and 512 nested arrays and objects.
public final class Json {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private Json() {
    }

    /// The value of a JSON text in UTF-8 (RFC 8259 sections 2 and 8.1). The value keeps the bytes
    /// and reads its content from them on demand, so they must not change afterwards.
    ///
    /// @throws JsonException if the text is not well-formed UTF-8, not JSON, or too deeply nested
    public static JsonValue parse(byte[] utf8) throws JsonException {
        // RFC 8259 section 8.1 forbids sending a byte order mark, but parsers "MAY ignore the
        // presence of a byte order mark rather than treating it as an error"; some senders add one.
        int first = Arrays.mismatch(utf8, BYTE_ORDER_MARK);
        return source(utf8, first == BYTE_ORDER_MARK.length ? first : 0).document();
    }

    /// The value of a JSON text (RFC 8259 section 2).
    ///
    /// @throws JsonException if the text is not JSON, or too deeply nested
    public static JsonValue parse(String text) throws JsonException {
        // A lone surrogate becomes a question mark here, which is valid JSON only in a string.
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        var source = source(utf8, 0);
        return !hasSurrogate(text) || new String(utf8, StandardCharsets.UTF_8).equals(text)
                ? source.document()
                : source(escaped(text).getBytes(StandardCharsets.UTF_8), 0).document();
    }

    /// The text as a JSON string, quotes included (RFC 8259 section 7).
    public static String quote(String text) {
        return new JsonString(text).toString();
    }

    private static JsonSource source(byte[] utf8, int from) throws JsonException {
        var scanner = new JsonScanner(utf8, from);
        var source = scanner.document();
        var repeated = scanner.names.repeated();
        return repeated.size() == 0 ? source : source(Repeats.removed(source, repeated), 0);
    }

    private static boolean hasSurrogate(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (Character.isSurrogate(text.charAt(at))) {
                return true;
            }
        }
        return false;
    }

    /// The text with an escape for each lone surrogate. To a pattern, a pair is one character.
    private static String escaped(String text) {
        return Pattern.compile("\\p{Cs}").matcher(text).replaceAll(lone ->
                "\\\\u" + HexFormat.of().toHexDigits(lone.group().charAt(0)));
    }
}
