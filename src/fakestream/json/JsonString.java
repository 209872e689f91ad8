package fakestream.json;

import java.util.Objects;

/// A string of RFC 8259 section 7.
///
/// @param value the text itself, without quotes and escapes; it may contain lone surrogates
public record JsonString(String value) implements JsonValue {
    /// Refuses null with a [NullPointerException].
    public JsonString {
        Objects.requireNonNull(value);
    }

    @Override
    public String toString() {
        return Parts.of(this).toString();
    }
}
