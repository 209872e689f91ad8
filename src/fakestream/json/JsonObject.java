package fakestream.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An object of RFC 8259 section 4. Its members keep their order and cannot be changed:
/// [#with(String, JsonValue)], [#without(String...)] and [#only(String...)] make another object.
///
/// @param members the members by name; no name and no value is null
public record JsonObject(Map<String, JsonValue> members) implements JsonValue {
    /// The object without members.
    public static final JsonObject EMPTY = new JsonObject(Map.of());

    /// Copies the members, in their order.
    ///
    /// @throws NullPointerException where a name or a value is null
    public JsonObject {
        members = Members.copyOf(members);
    }

    /// The value where it is an object, and else the one without members.
    public static JsonObject orEmpty(JsonValue value) {
        return value instanceof JsonObject object ? object : EMPTY;
    }

    /// The member's value, or null where there is no such member. Made for patterns:
    /// `object.get("choices") instanceof JsonArray(var choices)`.
    public JsonValue get(String name) {
        return members.get(name);
    }

    /// Whether there is such a member, be it `null`.
    public boolean has(String name) {
        return members.containsKey(name);
    }

    /// The text of a member that is a string, or null where there is none.
    public String string(String name) {
        return get(name) instanceof JsonString(var text) ? text : null;
    }

    /// The elements of a member that is an array, those of them that are objects; none where it is
    /// no array.
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

    /// This object with that member. One that it has already is replaced in its place, a new one
    /// comes last.
    public JsonObject with(String name, JsonValue value) {
        return new JsonObject(own().with(name, value));
    }

    /// This object without those members; names that it does not have are fine.
    public JsonObject without(String... names) {
        return new JsonObject(own().picked(false, names));
    }

    /// Those members alone, in the order in which they are here.
    public JsonObject only(String... names) {
        return new JsonObject(own().picked(true, names));
    }

    /// The same object for somebody who keeps it longer than the text that it may be a part of: it
    /// holds nothing of that.
    public JsonObject detached() {
        if (!own().isPart()) {
            return this;
        }
        try {
            return (JsonObject) Json.parse(new JsonWriter().value(this).parts().bytes());
        } catch (JsonException e) {
            throw new IllegalStateException("it was written as JSON", e);
        }
    }

    Members own() {
        return (Members) members;
    }

    @Override
    public String toString() {
        return JsonWriter.write(this);
    }

    /// Collects members in order. A name that comes again replaces its value in its place.
    /// Null, as a name or as a value, is refused with a [NullPointerException] by [#build()]
    /// at the latest.
    public static final class Builder {
        private final Map<String, JsonValue> members = new LinkedHashMap<>();

        /// A builder without members.
        public Builder() {
        }

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
