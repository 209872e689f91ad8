package fakestream.json;

import java.util.Arrays;

/// Rewrites a text in which objects repeat names. RFC 8259 section 4 leaves the meaning open: here
/// the last value wins, in the place of the first.
final class Repeats {
    private final JsonSource source;
    private final byte[] text;
    /// The start and end of each range that is left out or replaced.
    private final IntPairs cuts = new IntPairs();
    /// The start of each replaced value, and the start of the value that replaces it.
    private final IntPairs replaced = new IntPairs();
    private final byte[] out;
    private int written;

    private Repeats(JsonSource source) {
        this.source = source;
        this.text = source.text();
        this.out = new byte[text.length];
    }

    /// The text without repeated names.
    ///
    /// @param repeated see [Names#repeated()]
    static byte[] removed(JsonSource source, IntPairs repeated) {
        var repeats = new Repeats(source);
        for (int i = 0; i < repeated.size(); i++) {
            int first = repeated.first(i);
            int other = repeated.second(i);
            repeats.leaveOut(other);
            if (i + 1 == repeated.size() || repeated.first(i + 1) != first) {
                repeats.replace(repeats.valueOf(first), repeats.valueOf(other));
            }
        }
        repeats.cuts.sort(0);
        repeats.replaced.sort(0);
        repeats.copy(source.start(), source.end());
        return Arrays.copyOf(repeats.out, repeats.written);
    }

    /// Leaves out a member and the comma before it; a repeated member is never the first.
    private void leaveOut(int name) {
        int comma = name - 1;
        while (text[comma] != ',') {
            comma--;
        }
        cuts.add(comma, source.end(valueOf(name)));
    }

    private void replace(int value, int by) {
        cuts.add(value, source.end(value));
        replaced.add(value, by);
    }

    private int valueOf(int name) {
        return source.next(source.next(source.end(name)) + 1);
    }

    /// Copies a range with its cuts applied. A moved value may have cuts of its own, so this
    /// recurses, at most as deep as values are nested.
    private void copy(int from, int to) {
        int at = from;
        for (int i = cuts.find(from); i < cuts.size() && cuts.first(i) < to; i = cuts.find(at)) {
            append(at, cuts.first(i));
            int value = replaced.after(cuts.first(i));
            if (value >= 0) {
                copy(value, source.end(value));
            }
            at = cuts.second(i);
        }
        append(at, to);
    }

    private void append(int from, int to) {
        System.arraycopy(text, from, out, written, to - from);
        written += to - from;
    }
}
