package fakestream.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An object of RFC 8259 section 4. Its members keep their order and cannot be changed:
/// [#with(String, JsonValue)], [#without(String...)] and [#only(String...)] return another object.
///
/// @param members the members by name; no name and no value is null
public record JsonObject(Map<String, JsonValue> members) implements JsonValue {
    /// The empty object.
    public static final JsonObject EMPTY = new JsonObject(Map.of());

    /// Copies the members, in order.
    ///
    /// @throws NullPointerException if a name or a value is null
    public JsonObject {
        members = Members.copyOf(members);
    }

    /// The value if it is an object, otherwise [#EMPTY].
    public static JsonObject orEmpty(JsonValue value) {
        return value instanceof JsonObject object ? object : EMPTY;
    }

    /// The member's value, or null if there is no such member. It suits patterns:
    /// `object.get("choices") instanceof JsonArray(var choices)`.
    public JsonValue get(String name) {
        return members.get(name);
    }

    /// Whether the member exists, even with the value `null`.
    public boolean has(String name) {
        return members.containsKey(name);
    }

    /// The text of a member, or null if the member is absent or not a string.
    public String string(String name) {
        return get(name) instanceof JsonString(var text) ? text : null;
    }

    /// The elements of an array member; empty if the member is not an array.
    public List<JsonValue> elements(String name) {
        return get(name) instanceof JsonArray(var elements) ? elements : List.of();
    }

    /// The elements of an array member that are objects; empty if the member is not an array.
    public List<JsonObject> objects(String name) {
        var objects = new ArrayList<JsonObject>();
        if (get(name) instanceof JsonArray(var elements)) {
            for (var element : elements) {
                if (element instanceof JsonObject object) {
                    objects.add(object);
                }
            }
        }
        return objects;
    }

    /// This object with this member. An existing member is replaced in its place; a new one comes
    /// last.
    public JsonObject with(String name, JsonValue value) {
        return new JsonObject(own().with(name, value));
    }

    /// This object without these members; names that it does not have are ignored.
    public JsonObject without(String... names) {
        return new JsonObject(own().picked(false, names));
    }

    /// This object with these members only, in their present order.
    public JsonObject only(String... names) {
        return new JsonObject(own().picked(true, names));
    }

    /// This object without a reference to the text that it was read from, for callers that keep it
    /// longer than that text.
    public JsonObject detached() {
        if (!own().isPart()) {
            return this;
        }
        try {
            return (JsonObject) Json.parse(Parts.of(this).bytes());
        } catch (JsonException e) {
            throw new IllegalStateException("it was written as JSON", e);
        }
    }

    Members own() {
        return (Members) members;
    }

    @Override
    public String toString() {
        return Parts.of(this).toString();
    }

    /// Collects members in order. Adding a name again replaces its value in place. [#build()] at
    /// the latest throws [NullPointerException] if a name or a value is null.
    public static final class Builder {
        private final Map<String, JsonValue> members = new LinkedHashMap<>();

        /// Adds a member.
        public Builder add(String name, JsonValue value) {
            members.put(name, value);
            return this;
        }

        /// Adds a string.
        public Builder add(String name, String value) {
            return add(name, new JsonString(value));
        }

        /// Adds a whole number.
        public Builder add(String name, long value) {
            return add(name, JsonNumber.of(value));
        }

        /// Adds a `true` or `false`.
        public Builder add(String name, boolean value) {
            return add(name, JsonBoolean.of(value));
        }

        /// Adds all members of an object.
        public Builder addAll(JsonObject object) {
            members.putAll(object.members());
            return this;
        }

        /// The object with the members so far.
        public JsonObject build() {
            return new JsonObject(members);
        }
    }
}
