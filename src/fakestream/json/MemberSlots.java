package fakestream.json;

import java.util.Arrays;

/// The known names and values of one object's members, by the member's index.
///
/// @param places the positions of each name and value in turn in the text, -1 if one is not from
///        it; empty if none is
/// @param names null if no names are kept; an entry is null until it is read
/// @param values null if no values are kept; an entry is null until it is read
/// @param initials a bit for each character that a name may begin with, see [#initial]
record MemberSlots(int size, int[] places, String[] names, JsonValue[] values, long initials) {
    /// With more members or elements than this, only the positions in the text are kept.
    static final int MANY = 256;

    private static final int[] NOWHERE = {};

    /// The bits of all characters.
    private static final long ANY = -1;

    /// The slots of members that are not from a text.
    static MemberSlots of(String[] names, JsonValue[] values) {
        return new MemberSlots(names.length, NOWHERE, names, values, ANY);
    }

    /// The slots of members whose names and values stand at these positions of a text.
    static MemberSlots in(byte[] text, int[] places) {
        int size = places.length / 2;
        long initials = 0;
        for (int i = 0; i < places.length; i += 2) {
            byte first = text[places[i] + 1];
            initials |= first < 0 || first == '\\' ? ANY : initial((char) first);
        }
        return size > MANY ? new MemberSlots(size, places, null, null, initials)
                : new MemberSlots(size, places, new String[size], new JsonValue[size], initials);
    }

    /// Whether there may be a member of this name. Most requested names are absent, and this check
    /// is faster than a search.
    boolean mayHave(String name) {
        return name.isEmpty() || (initials & initial(name.charAt(0))) != 0;
    }

    private static long initial(char first) {
        return 1L << (first & 63);
    }

    /// The position of the name in the text, or -1 if it is not from the text.
    int name(int i) {
        return places.length == 0 ? -1 : places[2 * i];
    }

    /// The position of the value in the text, or -1 if it is not from the text.
    int value(int i) {
        return places.length == 0 ? -1 : places[2 * i + 1];
    }

    /// The slots with these indexes.
    MemberSlots picked(int[] numbers) {
        int count = numbers.length;
        var picked = new MemberSlots(count, places.length == 0 ? NOWHERE : new int[2 * count],
                names == null ? null : new String[count],
                values == null ? null : new JsonValue[count], initials);
        for (int i = 0; i < count; i++) {
            if (names != null) {
                picked.names[i] = names[numbers[i]];
                picked.values[i] = values[numbers[i]];
            }
            if (places.length > 0) {
                picked.places[2 * i] = name(numbers[i]);
                picked.places[2 * i + 1] = value(numbers[i]);
            }
        }
        return picked;
    }

    /// A copy with this name and value in slot `i`: an existing slot or the next one.
    MemberSlots with(int i, String name, JsonValue value) {
        int count = Math.max(size, i + 1);
        var changed = new MemberSlots(count,
                places.length == 0 ? NOWHERE : Arrays.copyOf(places, 2 * count),
                names == null ? new String[count] : Arrays.copyOf(names, count),
                values == null ? new JsonValue[count] : Arrays.copyOf(values, count), ANY);
        changed.names[i] = name;
        changed.values[i] = value;
        if (places.length > 0) {
            changed.places[2 * i] = i < size ? places[2 * i] : -1;
            changed.places[2 * i + 1] = -1;
        }
        return changed;
    }
}
