package fakestream.json;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

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

    /// The elements of an array in a text: a list that cannot be changed and holds no null. They
    /// are only found when they are asked for; then a list of few keeps them, and one of many keeps
    /// nothing but their places. Any thread may read it, as [Members].
    static final class Elements extends AbstractList<JsonValue> implements RandomAccess {
        private final JsonSource source;
        private final int at;
        /// Null until somebody asks.
        private Slots slots;

        /// @param kept null where none is, and each null where it was not asked for
        private record Slots(int[] places, JsonValue[] kept) {
        }

        /// The elements of the array that begins at this place.
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

        /// Writes them as an array, as they stand in the text.
        void write(JsonWriter out) {
            source.write(at, out);
        }

        private Slots slots() {
            if (slots == null) {
                int[] places = source.places(at);
                slots = new Slots(places, places.length > MemberSlots.MANY ? null
                        : new JsonValue[places.length]);
            }
            return slots;
        }
    }
}
