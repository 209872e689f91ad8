package fakestream.json;

/// The literals `true` and `false` of RFC 8259 section 3.
///
/// @param value true for `true`
public record JsonBoolean(boolean value) implements JsonValue {
    /// The literal `true`.
    public static final JsonBoolean TRUE = new JsonBoolean(true);

    /// The literal `false`.
    public static final JsonBoolean FALSE = new JsonBoolean(false);

    /// The constant for the value.
    public static JsonBoolean of(boolean value) {
        return value ? TRUE : FALSE;
    }

    @Override
    public String toString() {
        return Boolean.toString(value);
    }
}
