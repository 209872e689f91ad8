package fakestream.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A text in UTF-8 as the parts that it is made of one behind the other. What is long in it may be
/// a part of another text that holds it, such as an answer's, and is not copied for that: so nobody
/// may change the bytes. Two are equal where they say the same, however they are parted.
public final class Parts {
    /// Bytes of an array.
    ///
    /// @param from the first of them
    public record Part(byte[] bytes, int from, int length) {
    }

    private final Part[] parts;
    private final int length;

    /// @param length of all of them, in bytes
    Parts(int length, Part... parts) {
        this.parts = parts;
        this.length = length;
    }

    /// This text; a lone surrogate becomes a question mark.
    public static Parts of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The text that these bytes are.
    public static Parts of(byte[] utf8) {
        return new Parts(utf8.length, new Part(utf8, 0, utf8.length));
    }

    /// The text of a value.
    public static Parts of(JsonValue value) {
        return new JsonWriter().value(value).parts();
    }

    /// The parts in their order.
    public List<Part> list() {
        return List.of(parts);
    }

    /// Writes them behind what was written.
    void write(JsonWriter out) {
        for (var part : parts) {
            out.range(part.bytes(), part.from(), part.from() + part.length());
        }
    }

    /// The length of the text in bytes.
    public int length() {
        return length;
    }

    /// The text in one piece: a copy.
    public byte[] bytes() {
        var all = new byte[length];
        int filled = 0;
        for (var part : parts) {
            System.arraycopy(part.bytes(), part.from(), all, filled, part.length());
            filled += part.length();
        }
        return all;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof Parts parts && length == parts.length
                && Arrays.equals(bytes(), parts.bytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes());
    }

    @Override
    public String toString() {
        return parts.length == 1
                ? new String(parts[0].bytes(), parts[0].from(), length, StandardCharsets.UTF_8)
                : new String(bytes(), StandardCharsets.UTF_8);
    }
}
