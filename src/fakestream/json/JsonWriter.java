package fakestream.json;

import fakestream.json.Parts.Part;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// Writes values as compact JSON text, without blanks between the tokens, and other text around
/// them. A long range of an existing text, such as an answer's, becomes a [Part] of the output and
/// is not copied. Only one thread may use it.
public final class JsonWriter {
    private static final int USUAL = 256;

    /// A shorter range, in bytes, is copied, because a part has a cost too.
    private static final int LONG = 4 * 1024;

    /// Longer content, in bytes, is not copied into a larger buffer.
    private static final int LARGEST = 64 * 1024;

    private byte[] buffer;
    /// The first byte in the buffer that is in no part yet.
    private int start;
    private int filled;
    private List<Part> parts = List.of();
    /// The number of bytes in the parts.
    private int inParts;

    /// An empty writer.
    public JsonWriter() {
        this(USUAL);
    }

    /// An empty writer with room for this many bytes.
    public JsonWriter(int room) {
        this.buffer = new byte[room];
    }

    /// The length of a value's text in bytes.
    public static int length(JsonValue value) {
        return new JsonWriter().value(value).length();
    }

    /// Writes a value.
    ///
    /// It has no pattern switch, like all code that a chat runs: the first one of a process takes
    /// 5 ms, because the JVM generates its code then; these tests take 0.1 ms (JDK 25, two cores).
    public JsonWriter value(JsonValue value) {
        if (value instanceof JsonObject object) {
            object.own().write(this);
        } else if (value instanceof JsonArray(var elements)) {
            array(elements);
        } else if (value instanceof JsonString(var text)) {
            string(text);
        } else {
            // The text of a number, a boolean or null is its JSON.
            text(value.toString());
        }
        return this;
    }

    /// Writes a text as a JSON string.
    public JsonWriter string(String text) {
        room(text.length() + 2);
        buffer[filled++] = '"';
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c < 0x80 && c >= 0x20 && c != '"' && c != '\\') {
                buffer[filled++] = (byte) c;
                at++;
            } else {
                at += unusual(text, at);
                room(text.length() - at + 1);
            }
        }
        buffer[filled++] = '"';
        return this;
    }

    /// Writes a text as it is; a lone surrogate becomes a question mark.
    public JsonWriter text(String text) {
        room(text.length());
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c >= 0x80) {
                return bytes(text.substring(at).getBytes(StandardCharsets.UTF_8));
            }
            buffer[filled++] = (byte) c;
        }
        return this;
    }

    /// Writes a text that is already written as parts.
    public JsonWriter parts(Parts written) {
        for (var part : written.list()) {
            range(part.bytes(), part.from(), part.from() + part.length());
        }
        return this;
    }

    /// Writes the text in these bytes. They must not change from now on.
    public JsonWriter bytes(byte[] utf8) {
        return range(utf8, 0, utf8.length);
    }

    /// The number of bytes written since the last [#parts()].
    public int length() {
        return Math.addExact(inParts, filled - start);
    }

    /// The text written since the last call of this method.
    public Parts parts() {
        if (parts.isEmpty()) {
            var written = Parts.of(Arrays.copyOfRange(buffer, start, filled));
            filled = start;
            return written;
        }
        endPart();
        var written = new Parts(List.copyOf(parts));
        parts = List.of();
        inParts = 0;
        return written;
    }

    /// Writes an ASCII character.
    void one(char c) {
        room(1);
        buffer[filled++] = (byte) c;
    }

    /// Writes the bytes from `from` to `to`, exclusive. They must not change from now on.
    public JsonWriter range(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length >= LONG) {
            endPart();
            part(new Part(bytes, from, length));
            return this;
        }
        room(length);
        System.arraycopy(bytes, from, buffer, filled, length);
        filled += length;
        return this;
    }

    private void array(List<JsonValue> elements) {
        if (elements instanceof JsonArray.Elements own) {
            own.write(this);
            return;
        }
        one('[');
        for (int i = 0; i < elements.size(); i++) {
            if (i > 0) {
                one(',');
            }
            value(elements.get(i));
        }
        one(']');
    }

    /// Makes a part of the bytes that are in none yet; later bytes follow them in the buffer.
    private void endPart() {
        if (filled > start) {
            part(new Part(buffer, start, filled - start));
            start = filled;
        }
    }

    private void part(Part part) {
        parts = parts.isEmpty() ? new ArrayList<>() : parts;
        parts.add(part);
        inParts = Math.addExact(inParts, part.length());
    }

    /// Makes room: bytes in parts stay in the old buffer, and large content becomes a part.
    private void room(int more) {
        if (buffer.length - filled >= more) {
            return;
        }
        int usual = 2 * (buffer.length - start);
        if (filled - start >= LARGEST) {
            endPart();
            usual = LARGEST;
        }
        int length = filled - start;
        var larger = new byte[Math.max(Math.addExact(length, more), usual)];
        System.arraycopy(buffer, start, larger, 0, length);
        buffer = larger;
        start = 0;
        filled = length;
    }

    /// Writes an escape or a non-ASCII character. Section 7 requires escapes for the quote, the
    /// backslash and the controls below U+0020. U+0085, U+2028 and U+2029 are escaped too, because
    /// Python's `splitlines`, which some readers of event streams use, splits there. A lone
    /// surrogate has no UTF-8 form except its escape.
    ///
    /// @return the number of UTF-16 units of `text` that were written
    private int unusual(String text, int at) {
        int code = text.codePointAt(at);
        if (code < 0x80) {
            text(escape((char) code));
        } else if (code == 0x85 || code == 0x2028 || code == 0x2029
                || code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE) {
            text(hex((char) code));
        } else {
            codePoint(code);
        }
        return Character.charCount(code);
    }

    private void codePoint(int code) {
        room(4);
        if (code < 0x800) {
            buffer[filled++] = (byte) (0xC0 | code >> 6);
        } else {
            if (code < 0x10000) {
                buffer[filled++] = (byte) (0xE0 | code >> 12);
            } else {
                buffer[filled++] = (byte) (0xF0 | code >> 18);
                buffer[filled++] = (byte) (0x80 | code >> 12 & 0x3F);
            }
            buffer[filled++] = (byte) (0x80 | code >> 6 & 0x3F);
        }
        buffer[filled++] = (byte) (0x80 | code & 0x3F);
    }

    private static String escape(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> hex(c);
        };
    }

    private static String hex(char c) {
        return "\\u" + HexFormat.of().toHexDigits(c);
    }
}
