package fakestream.json;

/// Collects the member names of all open objects while a text is read, and finds repeated ones. A
/// name takes 8 bytes until its object is closed. The time for a name is proportional to its
/// length, and in a wide object also to the logarithm of the number of names, whatever they are.
final class Names {
    /// The most members that one object and all objects around it may have together. OpenAI's
    /// longest list of members is `logit_bias`, with about 200,000.
    static final int MOST_OPEN = 1 << 20;

    /// The limit of members in a text that repeat an earlier name of their object. An honest text
    /// has none, and removing millions would take ten times the bytes of the text.
    static final int MOST_REPEATED = 65_536;

    /// Up to this many names are compared in pairs.
    private static final int FEW = 16;

    private final byte[] text;
    /// The hash and the position of each name.
    private final IntPairs open = new IntPairs();
    /// The position of the first occurrence of a name, with the position of a later one.
    private final IntPairs repeated = new IntPairs();

    Names(byte[] text) {
        this.text = text;
    }

    /// Opens an object.
    ///
    /// @return the value to close it with
    int open() {
        return open.size();
    }

    /// Adds a member to the open object; its name stands here, in quotes.
    ///
    /// @return false if this is one member too many
    boolean add(int from, int to) {
        int hash = 0;
        for (int i = from + 1; i < to - 1; i++) {
            if (text[i] < 0 || text[i] == '\\') {
                hash = hash(JsonStrings.decode(text, from));
                break;
            }
            hash = hash(hash, text[i]);
        }
        open.add(hash, from);
        return open.size() <= MOST_OPEN;
    }

    /// Closes the object that was opened last.
    ///
    /// @return false if too many names are repeated by now
    boolean close(int opened) {
        int count = open.size() - opened;
        if (count > FEW || count > 1 && shareAHash(opened)) {
            open.sort(opened);
            findRepeated(opened);
        }
        open.shrink(opened);
        return repeated.size() <= MOST_REPEATED;
    }

    /// The positions of repeated names, sorted: the first occurrence with each of the later ones.
    IntPairs repeated() {
        repeated.sort(0);
        return repeated;
    }

    private static int hash(String name) {
        int hash = 0;
        for (int i = 0; i < name.length(); i++) {
            hash = hash(hash, name.charAt(i));
        }
        return hash;
    }

    /// FNV-1a over UTF-16 units instead of bytes.
    private static int hash(int hash, int unit) {
        return (hash ^ unit) * 0x01000193;
    }

    private boolean shareAHash(int from) {
        for (int i = from; i < open.size(); i++) {
            for (int j = from; j < i; j++) {
                if (IntPairs.first(open.get(i)) == IntPairs.first(open.get(j))) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Finds repeated names; names with the same hash are adjacent.
    private void findRepeated(int from) {
        for (int start = from, end; start < open.size(); start = end) {
            end = start + 1;
            while (end < open.size()
                    && IntPairs.first(open.get(end)) == IntPairs.first(open.get(start))) {
                end++;
            }
            if (end - start > 1) {
                if (!isSorted(start, end)) {
                    sort(start, end);
                }
                noteRepeated(start, end);
            }
        }
    }

    private void noteRepeated(int start, int end) {
        int first = start;
        for (int i = start + 1; i < end && repeated.size() <= MOST_REPEATED; i++) {
            if (JsonStrings.compare(text, place(first), place(i)) == 0) {
                repeated.add(place(first), place(i));
            } else {
                first = i;
            }
        }
    }

    /// Whether the names are sorted; the positions of a single name always are.
    private boolean isSorted(int from, int to) {
        for (int i = from + 1; i < to; i++) {
            if (!isBefore(i - 1, i)) {
                return false;
            }
        }
        return true;
    }

    /// Heapsort, by name and then by position: it sorts in place, even a thousand names forged to
    /// have one hash.
    private void sort(int from, int to) {
        for (int root = (to - from) / 2 - 1; root >= 0; root--) {
            sink(from, root, to - from);
        }
        for (int last = to - from - 1; last > 0; last--) {
            swap(from, from + last);
            sink(from, 0, last);
        }
    }

    private void sink(int from, int root, int count) {
        int parent = root;
        for (int child = 2 * parent + 1; child < count; child = 2 * parent + 1) {
            if (child + 1 < count && isBefore(from + child, from + child + 1)) {
                child++;
            }
            if (!isBefore(from + parent, from + child)) {
                return;
            }
            swap(from + parent, from + child);
            parent = child;
        }
    }

    private boolean isBefore(int one, int other) {
        int order = JsonStrings.compare(text, place(one), place(other));
        return order < 0 || order == 0 && place(one) < place(other);
    }

    private void swap(int one, int other) {
        long kept = open.get(one);
        open.set(one, open.get(other));
        open.set(other, kept);
    }

    private int place(int i) {
        return IntPairs.second(open.get(i));
    }
}
