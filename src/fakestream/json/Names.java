package fakestream.json;

/// The names of the members of all objects that are open while a text is read, and which of them
/// are repeated. A name costs 8 bytes until its object is closed, and time in proportion to its
/// length, or in a wide object to its length and the logarithm of their number, whatever the names
/// are.
final class Names {
    /// How many members may be open at once, those of an object and of all around it. OpenAI's
    /// longest list of them is `logit_bias`, with some 200,000.
    static final int MOST_OPEN = 1 << 20;

    /// How many members of a text may have a name that came before in their object. An honest text
    /// has none, and to leave out millions would take ten times its bytes.
    static final int MOST_REPEATED = 65_536;

    /// So many are compared each with each.
    private static final int FEW = 16;

    private final byte[] text;
    /// Of each name its hash, and where it begins.
    private final Longs open = new Longs();
    /// Where a name begins for the first time, and where it begins again.
    private final Longs repeated = new Longs();

    Names(byte[] text) {
        this.text = text;
    }

    /// An object opens.
    ///
    /// @return what it must be closed with
    int open() {
        return open.size();
    }

    /// It has a member with the name that stands here, in quotes.
    ///
    /// @return false where that is one too many
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

    /// The object that opened last is closed.
    ///
    /// @return false where too many names are repeated by now
    boolean close(int opened) {
        int count = open.size() - opened;
        if (count > FEW || count > 1 && shareAHash(opened)) {
            open.sort(opened);
            findRepeated(opened);
        }
        open.shrink(opened);
        return repeated.size() <= MOST_REPEATED;
    }

    /// The places of names that are repeated, sorted: each of the first with each of the others.
    Longs repeated() {
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

    /// FNV-1a, with a UTF-16 unit for a byte.
    private static int hash(int hash, int unit) {
        return (hash ^ unit) * 0x01000193;
    }

    private boolean shareAHash(int from) {
        for (int i = from; i < open.size(); i++) {
            for (int j = from; j < i; j++) {
                if (Longs.first(open.get(i)) == Longs.first(open.get(j))) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Names with one hash stand together.
    private void findRepeated(int from) {
        for (int start = from, end; start < open.size(); start = end) {
            end = start + 1;
            while (end < open.size()
                    && Longs.first(open.get(end)) == Longs.first(open.get(start))) {
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

    /// So are the places of one name.
    private boolean isSorted(int from, int to) {
        for (int i = from + 1; i < to; i++) {
            if (!isBefore(i - 1, i)) {
                return false;
            }
        }
        return true;
    }

    /// By name and then by place, with a heap: whoever makes a thousand names with one hash has
    /// them sorted in place all the same.
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
        return Longs.second(open.get(i));
    }
}
