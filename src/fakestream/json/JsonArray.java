package fakestream.json;

import java.util.List;

/// An array of RFC 8259 section 5.
///
/// @param elements the elements; none is null
public record JsonArray(List<JsonValue> elements) implements JsonValue {
    /// The array without elements.
    public static final JsonArray EMPTY = new JsonArray(List.of());

    /// Copies the elements, unless they are those of another array.
    ///
    /// @throws NullPointerException where an element is null
    public JsonArray {
        elements = elements instanceof Elements own ? own : List.copyOf(elements);
    }

    /// The array of these elements.
    public static JsonArray of(JsonValue... elements) {
        return new JsonArray(List.of(elements));
    }

    @Override
    public String toString() {
        return JsonWriter.write(this);
    }
}
