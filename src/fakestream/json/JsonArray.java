package fakestream.json;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/// An array of RFC 8259 section 5.
///
/// @param elements the elements; none is null
public record JsonArray(List<JsonValue> elements) implements JsonValue {
    /// The empty array.
    public static final JsonArray EMPTY = new JsonArray(List.of());

    /// Copies the elements, unless they are those of another array.
    ///
    /// @throws NullPointerException if an element is null
    public JsonArray {
        elements = elements instanceof Elements own ? own : List.copyOf(elements);
    }

    /// The array of these elements.
    public static JsonArray of(JsonValue... elements) {
        return new JsonArray(List.of(elements));
    }

    @Override
    public String toString() {
        return Parts.of(this).toString();
    }

    /// The elements of an array in a text: an immutable list without nulls. It finds the elements
    /// on first use. A list of at most [MemberSlots#MANY] keeps them, a longer one keeps only their
    /// positions. Any thread may read it, as with [Members].
    static final class Elements extends AbstractList<JsonValue> implements RandomAccess {
        private final JsonSource source;
        private final int at;
        /// Null until first use.
        private Slots slots;

        /// @param kept null if the list keeps no elements; an entry is null until it is read
        private record Slots(int[] places, JsonValue[] kept) {
        }

        /// The elements of the array that begins at this position.
        Elements(JsonSource source, int at) {
            this.source = source;
            this.at = at;
        }

        @Override
        public int size() {
            return slots().places.length;
        }

        @Override
        public JsonValue get(int i) {
            var all = slots();
            if (all.kept == null) {
                return source.value(all.places[i]);
            }
            var kept = all.kept[i];
            if (kept == null) {
                kept = source.value(all.places[i]);
                all.kept[i] = kept;
            }
            return kept;
        }

        /// Writes the array as it stands in the text.
        void write(JsonWriter out) {
            source.write(at, out);
        }

        private Slots slots() {
            var known = slots;
            if (known == null) {
                int[] places = source.places(at);
                known = new Slots(places, places.length > MemberSlots.MANY ? null
                        : new JsonValue[places.length]);
                slots = known;
            }
            return known;
        }
    }
}
