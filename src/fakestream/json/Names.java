package fakestream.json;

import java.util.stream.IntStream;

/// Collects the member names of all open objects while a text is read, and finds repeated ones. A
/// name takes 8 bytes until its object is closed, and some 30 more while it is compared with others
/// of its hash. The time for a name is proportional to its length, and in a wide object also to the
/// logarithm of the number of names, whatever they are.
final class Names {
    /// The most members that one object and all objects around it may have together. OpenAI's
    /// longest list of members is `logit_bias`, with about 200,000.
    static final int MOST_OPEN = 1 << 20;

    /// The limit of members in a text that repeat an earlier name of their object. An honest text
    /// has none, and removing millions would take ten times the bytes of the text.
    static final int MOST_REPEATED = 65_536;

    /// Up to this many names are compared in pairs. Sorting them, too, would take 5 % of the time
    /// for the text of a short event.
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
                if (open.first(i) == open.first(j)) {
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
            while (end < open.size() && open.first(end) == open.first(start)) {
                end++;
            }
            if (end - start > 1) {
                noteRepeated(start, end);
            }
        }
    }

    /// Finds repeated names among names with the same hash. A sort finds them soon even if the
    /// hashes of all are forged, and keeps the positions of one name in order.
    private void noteRepeated(int start, int end) {
        var places = IntStream.range(start, end).map(open::second).boxed()
                .sorted((one, other) -> JsonStrings.compare(text, one, other)).toList();
        int first = places.getFirst();
        for (int place : places.subList(1, places.size())) {
            if (JsonStrings.compare(text, first, place) != 0) {
                first = place;
            } else if (repeated.size() <= MOST_REPEATED) {
                repeated.add(first, place);
            }
        }
    }
}
