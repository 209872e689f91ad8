package fakestream.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A text in UTF-8 as a sequence of parts. A long part may be a range of another text, such as an
/// answer's, that is not copied; so the bytes must not change. Two are equal if their texts are
/// equal, however they are divided.
public final class Parts {
    /// A range of a byte array.
    ///
    /// @param from the index of its first byte
    public record Part(byte[] bytes, int from, int length) {
    }

    private final Part[] parts;
    private final int length;

    /// @param length the length of all parts together, in bytes
    Parts(int length, Part... parts) {
        this.parts = parts;
        this.length = length;
    }

    /// This text; a lone surrogate becomes a question mark.
    public static Parts of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The text in these bytes.
    public static Parts of(byte[] utf8) {
        return new Parts(utf8.length, new Part(utf8, 0, utf8.length));
    }

    /// The text of a value.
    public static Parts of(JsonValue value) {
        return new JsonWriter().value(value).parts();
    }

    /// The parts in order.
    public List<Part> list() {
        return List.of(parts);
    }

    /// Appends the parts to the output.
    void write(JsonWriter out) {
        for (var part : parts) {
            out.range(part.bytes(), part.from(), part.from() + part.length());
        }
    }

    /// The length of the text in bytes.
    public int length() {
        return length;
    }

    /// A copy of the text in one piece.
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
