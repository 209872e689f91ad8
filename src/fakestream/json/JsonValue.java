package fakestream.json;

/// A value of RFC 8259 section 3. Values are immutable. Two are equal if they have the same
/// content: the order of an object's members does not matter, the text of a number does.
public sealed interface JsonValue
        permits JsonObject, JsonArray, JsonString, JsonNumber, JsonBoolean, JsonNull {

    /// The value as compact JSON text, from which [Json#parse(String)] makes an equal value. It is
    /// safe to encode in UTF-8, and no line reader splits it.
    @Override
    String toString();
}
