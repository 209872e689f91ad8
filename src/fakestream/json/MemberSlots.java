package fakestream.json;

/// What is known of the members of one object, by their numbers.
///
/// @param places in the text of each name and value by turns, -1 for what is not from there; empty
///     where nothing is
/// @param names null where none is kept, and each null where it was not asked for
/// @param values null where none is kept, and each null where it was not asked for
record MemberSlots(int size, int[] places, String[] names, JsonValue[] values) {
    /// Of more members from a text nothing but the places is kept.
    static final int MANY = 256;

    private static final int[] NOWHERE = {};

    /// Of members from no text.
    static MemberSlots of(String[] names, JsonValue[] values) {
        return new MemberSlots(names.length, NOWHERE, names, values);
    }

    /// Of members whose names and values stand at these places of a text.
    static MemberSlots in(int[] places) {
        int size = places.length / 2;
        return size > MANY ? new MemberSlots(size, places, null, null)
                : new MemberSlots(size, places, new String[size], new JsonValue[size]);
    }

    /// Where the name stands in the text; -1 where it does not.
    int name(int i) {
        return places.length == 0 ? -1 : places[2 * i];
    }

    /// Where the value stands in the text; -1 where it does not.
    int value(int i) {
        return places.length == 0 ? -1 : places[2 * i + 1];
    }

    /// Those with these numbers, and an empty slot for a number that there is not yet.
    MemberSlots picked(int... kept) {
        var picked = new MemberSlots(kept.length, new int[places.length == 0 ? 0 : 2 * kept.length],
                new String[kept.length], new JsonValue[kept.length]);
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] < size) {
                picked.names[i] = names == null ? null : names[kept[i]];
                picked.values[i] = values == null ? null : values[kept[i]];
            }
            if (places.length > 0) {
                picked.places[2 * i] = kept[i] < size ? name(kept[i]) : -1;
                picked.places[2 * i + 1] = kept[i] < size ? value(kept[i]) : -1;
            }
        }
        return picked;
    }

    /// Fills a slot, which nobody else has seen yet, with what is from no text.
    void set(int i, String name, JsonValue value) {
        names[i] = name;
        values[i] = value;
        if (places.length > 0) {
            places[2 * i + 1] = -1;
        }
    }
}
