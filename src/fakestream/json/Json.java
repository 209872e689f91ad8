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

    /// What `new String` puts in the place of malformed bytes, and what may also just stand there.
    private static final char REPLACEMENT = '\uFFFD';

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
        var start = startsWithMark(utf8) ? BYTE_ORDER_MARK.length : 0;
        var text = new String(utf8, start, utf8.length - start, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) >= 0) {
            checkWellFormed(ByteBuffer.wrap(utf8, start, utf8.length - start));
        }
        return text;
    }

    /// A decoder reports what is malformed where `new String`, which is faster, replaces it.
    private static void checkWellFormed(ByteBuffer utf8) throws JsonException {
        var chars = CharBuffer.allocate(utf8.remaining());
        if (StandardCharsets.UTF_8.newDecoder().decode(utf8, chars, true).isError()) {
            var text = chars.flip().toString();
            throw new JsonException(text, text.length(), "well-formed UTF-8");
        }
    }

    /// RFC 8259 section 8.1 forbids to send a byte order mark, but parsers "MAY ignore the presence
    /// of a byte order mark rather than treating it as an error", and some senders add one.
    private static boolean startsWithMark(byte[] utf8) {
        return utf8.length >= 3 && Arrays.equals(utf8, 0, 3, BYTE_ORDER_MARK, 0, 3);
    }
}
