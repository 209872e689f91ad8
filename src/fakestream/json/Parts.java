package fakestream.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
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

    private final List<Part> list;
    private final int length;

    Parts(List<Part> list, int length) {
        this.list = Collections.unmodifiableList(list);
        this.length = length;
    }

    Parts(byte[] bytes, int from, int length) {
        this.list = List.of(new Part(bytes, from, length));
        this.length = length;
    }

    /// This text; a lone surrogate becomes a question mark.
    public static Parts of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The text that these bytes are.
    public static Parts of(byte[] utf8) {
        return new Parts(utf8, 0, utf8.length);
    }

    /// The text of a value.
    public static Parts of(JsonValue value) {
        return new JsonWriter().value(value).parts();
    }

    /// The parts in their order.
    public List<Part> list() {
        return list;
    }

    /// The length of the text in bytes.
    public int length() {
        return length;
    }

    /// The text in one piece: a copy.
    public byte[] bytes() {
        var all = new byte[length];
        int filled = 0;
        for (var part : list) {
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
        var first = list.isEmpty() ? null : list.getFirst();
        return list.size() == 1
                ? new String(first.bytes(), first.from(), length, StandardCharsets.UTF_8)
                : new String(bytes(), StandardCharsets.UTF_8);
    }
}
