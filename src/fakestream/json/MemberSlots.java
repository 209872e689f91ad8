package fakestream.json;

import java.util.Arrays;
import java.util.BitSet;

/// The known names and values of one object. Item `2 * i` is the name of member `i`, and the item
/// after it is its value.
///
/// @param places the position of each item in the text, -1 if it is not from there; empty if none
///        is
/// @param kept each item, null until it is read; null if none is kept
/// @param initials a bit for each character that a name may begin with, see [#initial]
record MemberSlots(int[] places, Object[] kept, long initials) {
    /// With more members or elements than this, only the positions in the text are kept.
    static final int MANY = 256;

    private static final int[] NOWHERE = {};

    /// The bits of all characters.
    private static final long ANY = -1;

    /// The slots of members that are not from a text.
    static MemberSlots of(Object[] items) {
        return new MemberSlots(NOWHERE, items, ANY);
    }

    /// The slots of members whose names and values stand at these positions of a text.
    static MemberSlots in(byte[] text, int[] places) {
        long initials = 0;
        for (int i = 0; i < places.length; i += 2) {
            byte first = text[places[i] + 1];
            initials |= first < 0 || first == '\\' ? ANY : initial((char) first);
        }
        return new MemberSlots(places, places.length > 2 * MANY ? null : new Object[places.length],
                initials);
    }

    /// The number of members.
    int size() {
        return (kept == null ? places.length : kept.length) / 2;
    }

    /// Whether there may be a member of this name. Most requested names are absent, and this check
    /// takes half the time of a search among nine members.
    boolean mayHave(String name) {
        return name.isEmpty() || (initials & initial(name.charAt(0))) != 0;
    }

    private static long initial(char first) {
        return 1L << (first & 63);
    }

    /// The position of an item in the text, or -1 if it is not from there.
    int place(int item) {
        return places.length == 0 ? -1 : places[item];
    }

    /// The slots of these members.
    MemberSlots picked(BitSet members) {
        int count = 2 * members.cardinality();
        var picked = new MemberSlots(places.length == 0 ? NOWHERE : new int[count],
                kept == null ? null : new Object[count], initials);
        int to = 0;
        for (int i = members.nextSetBit(0); i >= 0; i = members.nextSetBit(i + 1)) {
            if (places.length > 0) {
                System.arraycopy(places, 2 * i, picked.places, to, 2);
            }
            if (kept != null) {
                System.arraycopy(kept, 2 * i, picked.kept, to, 2);
            }
            to += 2;
        }
        return picked;
    }

    /// A copy with this member in slot `i`: an existing slot or the next one.
    MemberSlots with(int i, String name, JsonValue value) {
        int count = 2 * Math.max(size(), i + 1);
        int[] changed = places.length == 0 ? NOWHERE : Arrays.copyOf(places, count);
        var items = kept == null ? new Object[count] : Arrays.copyOf(kept, count);
        items[2 * i] = name;
        items[2 * i + 1] = value;
        if (changed.length > 0) {
            changed[2 * i] = i < size() ? places[2 * i] : -1;
            changed[2 * i + 1] = -1;
        }
        return new MemberSlots(changed, items, ANY);
    }
}
