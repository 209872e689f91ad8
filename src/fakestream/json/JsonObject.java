package fakestream.json;

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

    /// This object with that member. One that it has already is replaced in its place, a new one
    /// comes last.
    public JsonObject with(String name, JsonValue value) {
        var changed = new LinkedHashMap<>(members);
        changed.put(name, value);
        return new JsonObject(Members.of(changed));
    }

    /// This object without those members; names that it does not have are fine.
    public JsonObject without(String... names) {
        var changed = new LinkedHashMap<>(members);
        changed.keySet().removeAll(List.of(names));
        return new JsonObject(Members.of(changed));
    }

    /// Those members alone, in the order in which they are here.
    public JsonObject only(String... names) {
        var changed = new LinkedHashMap<>(members);
        changed.keySet().retainAll(List.of(names));
        return new JsonObject(Members.of(changed));
    }

    @Override
    public String toString() {
        return JsonWriter.write(this);
    }

    /// Collects members in order. A name that comes again replaces its value in its place.
    /// Null, as a name or as a value, is refused with a [NullPointerException] by [#build()]
    /// at the latest.
    public static final class Builder {
        private LinkedHashMap<String, JsonValue> members = new LinkedHashMap<>();
        /// Whether an object has these members, which must then stay as they are.
        private boolean built;

        /// A builder without members.
        public Builder() {
        }

        /// Adds a member.
        public Builder add(String name, JsonValue value) {
            own().put(name, value);
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
            own().putAll(object.members());
            return this;
        }

        /// The object with the members so far.
        public JsonObject build() {
            built = true;
            return new JsonObject(Members.of(members));
        }

        private Map<String, JsonValue> own() {
            if (built) {
                members = new LinkedHashMap<>(members);
                built = false;
            }
            return members;
        }
    }
}
