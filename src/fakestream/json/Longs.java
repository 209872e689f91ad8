package fakestream.json;

import java.util.Arrays;

/// A list of numbers, each of them two: one of 32 bits by which the list is sorted, and one beside
/// it. It grows as it is needed, and costs nothing while it is empty.
final class Longs {
    private static final long[] NONE = {};

    private long[] all = NONE;
    private int size;

    static long pair(int first, int second) {
        return (long) first << 32 | second & 0xFFFF_FFFFL;
    }

    static int first(long pair) {
        return (int) (pair >> 32);
    }

    static int second(long pair) {
        return (int) pair;
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

    /// Forgets all but the first so many.
    void shrink(int smaller) {
        size = smaller;
    }

    long get(int i) {
        return all[i];
    }

    void set(int i, long pair) {
        all[i] = pair;
    }

    /// Sorts those from this one on.
    void sort(int from) {
        Arrays.sort(all, from, size);
    }

    /// The place of the first pair whose first number is no less than this, where all are sorted.
    int find(int first) {
        int found = Arrays.binarySearch(all, 0, size, pair(first, 0));
        return found < 0 ? -found - 1 : found;
    }

    /// Gives back what it does not need.
    Longs trimmed() {
        all = size == 0 ? NONE : Arrays.copyOf(all, size);
        return this;
    }
}
