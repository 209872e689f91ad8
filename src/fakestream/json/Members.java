package fakestream.json;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
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

    private Members(JsonSource source, int at, MemberSlots slots) {
        this.source = source;
        this.at = at;
        this.slots = slots;
    }

    /// The members of the object that begins here.
    static Members in(JsonSource source, int at) {
        return new Members(source, at, null);
    }

    /// A copy of the map, or the map itself if it is immutable.
    static Members copyOf(Map<String, JsonValue> map) {
        if (map instanceof Members members) {
            return members;
        }
        var names = new String[map.size()];
        var values = new JsonValue[names.length];
        int i = 0;
        for (var member : map.entrySet()) {
            names[i] = Objects.requireNonNull(member.getKey());
            values[i++] = Objects.requireNonNull(member.getValue());
        }
        return new Members(null, -1, MemberSlots.of(names, values));
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
        if (!among && !hasAny(names)) {
            return this;
        }
        int[] kept = new int[size()];
        int count = 0;
        for (int i = 0; i < kept.length; i++) {
            if (isAmong(i, names) == among) {
                kept[count++] = i;
            }
        }
        return count == kept.length ? this
                : new Members(source, -1, slots().picked(Arrays.copyOf(kept, count)));
    }

    private boolean hasAny(String... names) {
        for (var name : names) {
            if (find(name) >= 0) {
                return true;
            }
        }
        return false;
    }

    private boolean isAmong(int i, String... names) {
        for (var name : names) {
            if (isNamed(i, name)) {
                return true;
            }
        }
        return false;
    }

    /// Writes the members as an object, unchanged ones as they stand in the text.
    void write(JsonWriter out) {
        if (at >= 0) {
            source.write(at, out);
            return;
        }
        var all = slots();
        out.one('{');
        for (int i = 0; i < all.size(); i++) {
            if (i > 0) {
                out.one(',');
            }
            if (all.name(i) >= 0 && all.value(i) >= 0 && source.isPlain()) {
                int last = lastTogether(i);
                source.write(all.name(i), all.value(last), out);
                i = last;
            } else {
                write(i, out);
            }
        }
        out.one('}');
    }

    /// The last member of the run from `first` that is contiguous in the text, too.
    private int lastTogether(int first) {
        var all = slots();
        int i = first;
        while (i + 1 < all.size() && all.value(i + 1) >= 0
                && all.name(i + 1) == source.end(all.value(i)) + 1) {
            i++;
        }
        return i;
    }

    private void write(int i, JsonWriter out) {
        var all = slots();
        if (all.name(i) >= 0) {
            source.write(all.name(i), out);
        } else {
            out.string(all.names()[i]);
        }
        out.one(':');
        if (all.value(i) >= 0) {
            source.write(all.value(i), out);
        } else {
            out.value(all.values()[i]);
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
        return i < 0 ? null : value(i);
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
        return new AbstractSet<>() {
            @Override
            public int size() {
                return Members.this.size();
            }

            @Override
            public Iterator<Entry<String, JsonValue>> iterator() {
                return new Iteration();
            }
        };
    }

    private MemberSlots slots() {
        if (slots == null) {
            slots = MemberSlots.in(source.text(), source.places(at));
        }
        return slots;
    }

    private int find(String name) {
        var all = slots();
        for (int i = all.mayHave(name) ? 0 : all.size(); i < all.size(); i++) {
            if (isNamed(i, name)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isNamed(int i, String name) {
        var all = slots();
        return all.names() != null && all.names()[i] != null ? all.names()[i].equals(name)
                : source.is(all.name(i), name);
    }

    private String name(int i) {
        var all = slots();
        var kept = all.names() == null ? null : all.names()[i];
        if (kept != null) {
            return kept;
        }
        var name = source.string(all.name(i));
        if (all.names() != null) {
            all.names()[i] = name;
        }
        return name;
    }

    private JsonValue value(int i) {
        var all = slots();
        var kept = all.values() == null ? null : all.values()[i];
        if (kept != null) {
            return kept;
        }
        var value = source.value(all.value(i));
        if (all.values() != null) {
            all.values()[i] = value;
        }
        return value;
    }

    private final class Iteration implements Iterator<Entry<String, JsonValue>> {
        private int next;

        @Override
        public boolean hasNext() {
            return next < size();
        }

        @Override
        public Entry<String, JsonValue> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return new Member(next++);
        }
    }

    /// One member; its value is found when it is read.
    private final class Member implements Entry<String, JsonValue> {
        private final int i;

        private Member(int i) {
            this.i = i;
        }

        @Override
        public String getKey() {
            return name(i);
        }

        @Override
        public JsonValue getValue() {
            return value(i);
        }

        @Override
        public JsonValue setValue(JsonValue value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Entry<?, ?> entry && getKey().equals(entry.getKey())
                    && getValue().equals(entry.getValue());
        }

        @Override
        public int hashCode() {
            return getKey().hashCode() ^ getValue().hashCode();
        }

        @Override
        public String toString() {
            return getKey() + "=" + getValue();
        }
    }
}
