package fakestream.json;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// JSON text to values, and text to a JSON string. A value's way back to text is its
/// [JsonValue#toString()].
///
/// Reading is strict: what is not RFC 8259 is refused. Where that leaves a choice, numbers of any
/// size and lone surrogates are kept, the last of duplicate members wins, and arrays and objects
/// may be nested 512 deep.
public final class Json {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private Json() {
    }

    /// The value that a JSON text in UTF-8 holds (RFC 8259 sections 2 and 8.1).
    ///
    /// @throws JsonException where it is not well-formed UTF-8, not JSON, or too deeply nested
    public static JsonValue parse(byte[] utf8) throws JsonException {
        return parse(decode(utf8));
    }

    /// The value that a JSON text holds (RFC 8259 section 2).
    ///
    /// @throws JsonException where it is not JSON, or too deeply nested
    public static JsonValue parse(String text) throws JsonException {
        return new JsonParser(text).document();
    }

    /// The text as a JSON string, quotes included (RFC 8259 section 7).
    public static String quote(String text) {
        return new JsonString(text).toString();
    }

    private static String decode(byte[] utf8) throws JsonException {
        var bytes = ByteBuffer.wrap(utf8).position(startsWithMark(utf8) ? 3 : 0);
        var chars = CharBuffer.allocate(bytes.remaining());
        // A new decoder reports what is malformed where `new String` would replace it.
        var result = StandardCharsets.UTF_8.newDecoder().decode(bytes, chars, true);
        var text = chars.flip().toString();
        if (result.isError()) {
            throw new JsonException(text, text.length(), "well-formed UTF-8");
        }
        return text;
    }

    /// RFC 8259 section 8.1 forbids to send a byte order mark, but parsers "MAY ignore the presence
    /// of a byte order mark rather than treating it as an error", and some senders add one.
    private static boolean startsWithMark(byte[] utf8) {
        return utf8.length >= 3 && Arrays.equals(utf8, 0, 3, BYTE_ORDER_MARK, 0, 3);
    }
}
