package fakestream.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A text in UTF-8, or a form with files, as a sequence of parts. A long part may be a range of
/// another text, such as an answer's, that is not copied; so the bytes must not change. Two are
/// equal if their bytes are equal, however they are divided.
///
/// @param list the parts in order
public record Parts(List<Part> list) {
    /// A range of a byte array.
    ///
    /// @param from the index of its first byte
    public record Part(byte[] bytes, int from, int length) {
    }

    /// This text; a lone surrogate becomes a question mark.
    public static Parts of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The text in these bytes.
    public static Parts of(byte[] utf8) {
        return new Parts(List.of(new Part(utf8, 0, utf8.length)));
    }

    /// The text of a value.
    public static Parts of(JsonValue value) {
        return new JsonWriter().value(value).parts();
    }

    /// The length of the text in bytes.
    public int length() {
        int length = 0;
        for (var part : list) {
            length += part.length();
        }
        return length;
    }

    /// A copy of the text in one piece.
    public byte[] bytes() {
        var all = new byte[length()];
        int filled = 0;
        for (var part : list) {
            System.arraycopy(part.bytes(), part.from(), all, filled, part.length());
            filled += part.length();
        }
        return all;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof Parts parts && length() == parts.length()
                && Arrays.equals(bytes(), parts.bytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes());
    }

    @Override
    public String toString() {
        var first = list.getFirst();
        return list.size() == 1
                ? new String(first.bytes(), first.from(), first.length(), StandardCharsets.UTF_8)
                : new String(bytes(), StandardCharsets.UTF_8);
    }
}
