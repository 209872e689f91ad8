package fakestream.json;

/// The literal `null` of RFC 8259 section 3: a present value, unlike Java's null.
public record JsonNull() implements JsonValue {
    /// The literal `null`.
    public static final JsonNull NULL = new JsonNull();

    @Override
    public String toString() {
        return "null";
    }
}
