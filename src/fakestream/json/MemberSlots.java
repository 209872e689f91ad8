package fakestream.json;

import java.util.Arrays;

/// What is known of the members of one object, by their numbers.
///
/// @param places in the text of each name and value by turns, -1 for what is not from there; empty
///     where nothing is
/// @param names null where none is kept, and each null where it was not asked for
/// @param values null where none is kept, and each null where it was not asked for
/// @param initials a bit for each character that a name may begin with, see [#initial]
record MemberSlots(int size, int[] places, String[] names, JsonValue[] values, long initials) {
    /// Of more members or elements than this, only the places in the text are kept.
    static final int MANY = 256;

    private static final int[] NOWHERE = {};

    /// Any character.
    private static final long ANY = -1;

    /// Of members from no text.
    static MemberSlots of(String[] names, JsonValue[] values) {
        return new MemberSlots(names.length, NOWHERE, names, values, ANY);
    }

    /// Of members whose names and values stand at these places of a text.
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

    /// Whether there may be a member of this name. Of most that are asked for there is none, and
    /// this is quicker than to look for them.
    boolean mayHave(String name) {
        return name.isEmpty() || (initials & initial(name.charAt(0))) != 0;
    }

    private static long initial(char first) {
        return 1L << (first & 63);
    }

    /// Where the name stands in the text; -1 where it does not.
    int name(int i) {
        return places.length == 0 ? -1 : places[2 * i];
    }

    /// Where the value stands in the text; -1 where it does not.
    int value(int i) {
        return places.length == 0 ? -1 : places[2 * i + 1];
    }

    /// Those with these numbers.
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

    /// These with another name and value in one of the slots, or in one more.
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
