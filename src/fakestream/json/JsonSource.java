package fakestream.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A valid JSON text without repeated names, and the way to find values in it. A value is
/// identified by the position of its first byte. The bytes never change, so any thread may read
/// them.
///
/// @param start where the value of the whole text begins
/// @param end where it ends
/// @param large the start of each large value, and its end as [#noted] encodes it
/// @param isPlain whether the whole text can be written as it was read
record JsonSource(byte[] text, int start, int end, IntPairs large, boolean isPlain) {
    /// In a value of at least this many bytes, positions are counted before they are stored, so
    /// that their array is no larger than needed.
    private static final int LONG = 64 * 1024;
    private static final int USUAL = 16;

    /// Encodes the end of a large value.
    ///
    /// @param plain whether the value can be written as it was read
    static int noted(int end, boolean plain) {
        return plain ? end << 1 : end << 1 | 1;
    }

    static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }

    /// Whether this character is U+0085, U+2028 or U+2029 (see [JsonWriter]).
    static boolean isSeparator(byte[] text, int from, int to) {
        return to - from == 2 ? text[from] == (byte) 0xC2 && text[from + 1] == (byte) 0x85
                : to - from == 3 && text[from] == (byte) 0xE2 && text[from + 1] == (byte) 0x80
                        && (text[from + 2] == (byte) 0xA8 || text[from + 2] == (byte) 0xA9);
    }

    /// The value of the whole text.
    JsonValue document() {
        return value(start);
    }

    /// The end of the value that begins here.
    int end(int at) {
        int note = large.after(at);
        if (note >= 0) {
            return note >>> 1;
        }
        return switch (text[at]) {
            case '"' -> JsonStrings.end(text, at);
            case '{', '[' -> endOfNested(at);
            default -> endOfWord(at);
        };
    }

    /// The end of an array or object that is not large, so that it contains no large value.
    private int endOfNested(int at) {
        int depth = 0;
        int i = at;
        do {
            byte b = text[i];
            if (b == '"') {
                i = JsonStrings.end(text, i) - 1;
            } else if (b == '{' || b == '[') {
                depth++;
            } else if (b == '}' || b == ']') {
                depth--;
            }
            i++;
        } while (depth > 0);
        return i;
    }

    private int endOfWord(int at) {
        int i = at + 1;
        while (i < end && text[i] != ',' && text[i] != '}' && text[i] != ']'
                && !isBlank(text[i])) {
            i++;
        }
        return i;
    }

    /// The starts of an array's elements, or of an object's names and values in turn.
    int[] places(int at) {
        int[] places = new int[end(at) - at < LONG ? USUAL : count(at)];
        int size = 0;
        for (int i = first(at); i >= 0; i = following(i)) {
            if (size == places.length) {
                places = Arrays.copyOf(places, 2 * size);
            }
            places[size++] = i;
        }
        return size == places.length ? places : Arrays.copyOf(places, size);
    }

    private int count(int at) {
        int count = 0;
        for (int i = first(at); i >= 0; i = following(i)) {
            count++;
        }
        return count;
    }

    /// The start of the first name or element, or -1 if there is none.
    private int first(int at) {
        int i = next(at + 1);
        return text[i] == '}' || text[i] == ']' ? -1 : i;
    }

    /// The start of the value after a name, or of the name or element after a value; -1 if there is
    /// none.
    private int following(int at) {
        int i = next(end(at));
        return text[i] == ',' || text[i] == ':' ? next(i + 1) : -1;
    }

    /// The value that begins here. Its content is read on demand.
    JsonValue value(int at) {
        return switch (text[at]) {
            case '{' -> new JsonObject(new Members(this, at, null));
            case '[' -> new JsonArray(new JsonArray.Elements(this, at));
            case '"' -> new JsonString(string(at));
            case 't' -> JsonBoolean.TRUE;
            case 'f' -> JsonBoolean.FALSE;
            case 'n' -> JsonNull.NULL;
            default -> new JsonNumber(
                    new String(text, at, end(at) - at, StandardCharsets.ISO_8859_1));
        };
    }

    String string(int at) {
        return JsonStrings.decode(text, at, end(at));
    }

    /// The first position from here on that is not a blank.
    int next(int at) {
        int i = at;
        while (isBlank(text[i])) {
            i++;
        }
        return i;
    }

    /// Writes the value that begins here, without blanks between its tokens.
    void write(int at, JsonWriter out) {
        if (isPlain(at)) {
            out.range(text, at, end(at));
        } else {
            writeChanged(at, end(at), out);
        }
    }

    /// Whether the value that begins here is known to be written as it was read. A note says so by
    /// a last bit of 0; -1, for no note, has a 1.
    private boolean isPlain(int at) {
        return isPlain || (large.after(at) & 1) == 0;
    }

    private void writeChanged(int from, int to, JsonWriter out) {
        int run = from;
        int i = from;
        while (i < to) {
            if (isBlank(text[i])) {
                out.range(text, run, i);
                i = next(i);
                run = i;
            } else if (text[i] == '"') {
                int end = end(i);
                for (int found = isPlain(i) ? end : separator(i, end); found < end;
                        found = separator(run, end)) {
                    out.range(text, run, found);
                    out.text(text[found] == (byte) 0xC2 ? "\\u0085"
                            : text[found + 2] == (byte) 0xA8 ? "\\u2028" : "\\u2029");
                    run = Utf8.next(text, found, end);
                }
                i = end;
            } else {
                i++;
            }
        }
        out.range(text, run, to);
    }

    /// The position of the first separator character ([#isSeparator]), or `to` if there is none.
    private int separator(int from, int to) {
        for (int i = from, next; i < to; i = next) {
            next = Utf8.next(text, i, to);
            if (isSeparator(text, i, next)) {
                return i;
            }
        }
        return to;
    }
}
