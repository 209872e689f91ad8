package fakestream.json;

/// A value of RFC 8259 section 3. Values never change, and two of them are equal where they hold
/// the same: the order of an object's members does not matter, the text of a number does.
public sealed interface JsonValue
        permits JsonObject, JsonArray, JsonString, JsonNumber, JsonBoolean, JsonNull {

    /// The value as compact JSON text: [Json#parse(String)] of it is an equal value. It is safe to
    /// encode in UTF-8, and it holds no character at which any reader of lines would cut it.
    @Override
    String toString();
}
