package fakestream.json;

import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// The members of an object: an ordered, immutable map without nulls. It finds members in a text on
/// first use, and each value when it is read. A small object keeps what it found, a large one keeps
/// only positions ([MemberSlots#MANY]). A changed copy takes its other members from the same text.
///
/// Any thread may read it: what it keeps is immutable too, and if two threads find the same at
/// once, either result is kept.
final class Members extends AbstractMap<String, JsonValue> {

    /// Null if no member is from a text.
    private final JsonSource source;
    /// The position of the whole object in the text, or -1 if the object is not there.
    private final int at;
    /// Null until first use.
    private MemberSlots slots;

    Members(JsonSource source, int at, MemberSlots slots) {
        this.source = source;
        this.at = at;
        this.slots = slots;
    }

    /// A copy of the map, or the map itself if it is immutable.
    static Members copyOf(Map<String, JsonValue> map) {
        if (map instanceof Members members) {
            return members;
        }
        var items = new Object[2 * map.size()];
        int i = 0;
        for (var member : map.entrySet()) {
            items[i++] = Objects.requireNonNull(member.getKey());
            items[i++] = Objects.requireNonNull(member.getValue());
        }
        return new Members(null, -1, MemberSlots.of(items));
    }

    /// A copy with this member: in its old place, or last if it is new.
    Members with(String name, JsonValue value) {
        int found = find(Objects.requireNonNull(name));
        var changed = slots().with(found < 0 ? size() : found, name,
                Objects.requireNonNull(value));
        return new Members(source, -1, changed);
    }

    /// The members with these names if `among`, otherwise all members except these.
    Members picked(boolean among, String... names) {
        var picked = new BitSet(size());
        for (var name : names) {
            int found = find(name);
            if (found >= 0) {
                picked.set(found);
            }
        }
        if (!among) {
            picked.flip(0, size());
        }
        return picked.cardinality() == size() ? this
                : new Members(source, -1, slots().picked(picked));
    }

    /// Writes the members as an object, unchanged ones as they stand in the text.
    void write(JsonWriter out) {
        if (at >= 0) {
            source.write(at, out);
            return;
        }
        out.one('{');
        for (int i = 0; i < size(); i++) {
            if (i > 0) {
                out.one(',');
            }
            if (isInText(i) && source.isPlain()) {
                int first = i;
                i = lastTogether(i);
                out.range(source.text(), place(2 * first), source.end(place(2 * i + 1)));
            } else {
                write(2 * i, out);
                out.one(':');
                write(2 * i + 1, out);
            }
        }
        out.one('}');
    }

    private boolean isInText(int i) {
        return place(2 * i) >= 0 && place(2 * i + 1) >= 0;
    }

    /// The last member of the run from `first` that is contiguous in the text, too.
    private int lastTogether(int first) {
        int i = first;
        while (i + 1 < size() && isInText(i + 1)
                && place(2 * (i + 1)) == source.end(place(2 * i + 1)) + 1) {
            i++;
        }
        return i;
    }

    private void write(int item, JsonWriter out) {
        if (place(item) >= 0) {
            source.write(place(item), out);
        } else if (read(item) instanceof JsonValue value) {
            out.value(value);
        } else {
            out.string((String) read(item));
        }
    }

    /// Whether the members keep a text in memory that may be larger than their object.
    boolean isPart() {
        return source != null;
    }

    @Override
    public int size() {
        return slots().size();
    }

    @Override
    public JsonValue get(Object name) {
        int i = name instanceof String text ? find(text) : -1;
        return i < 0 ? null : (JsonValue) read(2 * i + 1);
    }

    @Override
    public boolean containsKey(Object name) {
        return name instanceof String text && find(text) >= 0;
    }

    /// A hash map serves many names, because a linear search for each would take too long.
    @Override
    public boolean equals(Object other) {
        return this == other || super.equals(other instanceof Members members
                && members.size() > MemberSlots.MANY ? new HashMap<>(members) : other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    @Override
    public Set<Entry<String, JsonValue>> entrySet() {
        var entries = new AbstractList<Entry<String, JsonValue>>() {
            @Override
            public int size() {
                return Members.this.size();
            }

            @Override
            public Entry<String, JsonValue> get(int i) {
                return Map.entry((String) read(2 * i), (JsonValue) read(2 * i + 1));
            }
        };
        return new AbstractSet<>() {
            @Override
            public int size() {
                return entries.size();
            }

            @Override
            public Iterator<Entry<String, JsonValue>> iterator() {
                return entries.iterator();
            }
        };
    }

    private MemberSlots slots() {
        var known = slots;
        if (known == null) {
            known = MemberSlots.in(source.text(), source.places(at));
            slots = known;
        }
        return known;
    }

    private int place(int item) {
        return slots().place(item);
    }

    private int find(String name) {
        var all = slots();
        for (int i = all.mayHave(name) ? 0 : all.size(); i < all.size(); i++) {
            var kept = all.kept() == null ? null : all.kept()[2 * i];
            if (kept != null ? kept.equals(name)
                    : JsonStrings.is(source.text(), all.place(2 * i), name)) {
                return i;
            }
        }
        return -1;
    }

    /// The name or the value at this index of [MemberSlots].
    private Object read(int item) {
        var all = slots();
        var kept = all.kept() == null ? null : all.kept()[item];
        if (kept != null) {
            return kept;
        }
        int place = all.place(item);
        Object read = item % 2 == 0 ? source.string(place) : source.value(place);
        if (all.kept() != null) {
            all.kept()[item] = read;
        }
        return read;
    }
}
