package fakestream.json;

import java.util.Arrays;

/// A list of pairs of 32-bit numbers; [#sort(int)] orders them by the first number of each. It
/// grows on demand, and an empty list allocates nothing.
final class IntPairs {
    private static final long[] NONE = {};

    private long[] all = NONE;
    private int size;

    private static long pair(int first, int second) {
        return (long) first << 32 | second & 0xFFFF_FFFFL;
    }

    int first(int i) {
        return (int) (all[i] >> 32);
    }

    int second(int i) {
        return (int) all[i];
    }

    void add(int first, int second) {
        if (size == all.length) {
            all = Arrays.copyOf(all, Math.max(16, size + size / 2));
        }
        all[size++] = pair(first, second);
    }

    int size() {
        return size;
    }

    /// Keeps only the first `smaller` pairs.
    void shrink(int smaller) {
        size = smaller;
    }

    /// Sorts the pairs from this index on.
    void sort(int from) {
        Arrays.sort(all, from, size);
    }

    /// The index of the first pair whose first number is at least this; all pairs must be sorted.
    int find(int first) {
        int found = Arrays.binarySearch(all, 0, size, pair(first, 0));
        return found < 0 ? -found - 1 : found;
    }

    /// The second number of the first pair with this first number, or -1 if there is none; all
    /// pairs must be sorted.
    int after(int first) {
        int i = find(first);
        return i < size && first(i) == first ? second(i) : -1;
    }

    /// Frees unused space.
    IntPairs trimmed() {
        all = size == 0 ? NONE : Arrays.copyOf(all, size);
        return this;
    }
}
