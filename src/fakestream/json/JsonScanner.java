package fakestream.json;

/// Checks in one pass whether bytes are a JSON text, and keeps none of its values. Each production
/// of RFC 8259 has a method. The method starts at the first byte of the production and leaves `at`
/// behind the last.
///
/// It notes the ends of large values, so that readers can skip them, and the repeated members.
final class JsonScanner {
    /// The limit of nested arrays and objects, so that no text exhausts the stack (section 9).
    private static final int MAX_DEPTH = 512;

    /// [#peek()] returns this behind the end of the text.
    private static final int END = -1;

    /// A value of at least this many bytes has its end noted. A note takes 8 bytes, and at most 512
    /// values share the same bytes. In a short text, smaller values are noted too.
    private static final int LARGE = 4 * 1024;
    private static final int LARGE_IN_SHORT = 48;
    private static final int SHORT = 32 * 1024;

    private final byte[] text;
    private final int from;
    private final IntPairs large = new IntPairs();
    /// The names of the members; the repeated ones are complete after [#document()].
    final Names names;
    private final int noted;
    private int at;
    private int depth;
    /// The position of the last byte so far that is not written as it was read, or -1.
    private int changed = -1;

    /// @param from the start of the text
    JsonScanner(byte[] text, int from) {
        this.text = text;
        this.from = from;
        this.at = from;
        this.names = new Names(text);
        this.noted = text.length > SHORT ? LARGE : LARGE_IN_SHORT;
    }

    /// `JSON-text = ws value ws`
    JsonSource document() throws JsonException {
        blanks();
        int start = at;
        value();
        int end = at;
        blanks();
        if (peek() != END) {
            throw expected("the end of the text");
        }
        large.sort(0);
        return new JsonSource(text, start, end, large.trimmed(), changed < start);
    }

    /// `value = false / null / true / object / array / number / string`
    private void value() throws JsonException {
        int start = at;
        switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        }
        if (at - start >= noted) {
            large.add(start, JsonSource.noted(at, changed < start));
        }
    }

    /// `object = begin-object [ member *( value-separator member ) ] end-object`
    private void object() throws JsonException {
        open();
        int before = names.open();
        if (!skip('}')) {
            do {
                member();
            } while (separator('}'));
        }
        if (!names.close(before)) {
            throw expected("no more than " + Names.MOST_REPEATED + " repeated members");
        }
        depth--;
    }

    /// `member = string name-separator value`
    private void member() throws JsonException {
        if (peek() != '"') {
            throw expected("the name of a member");
        }
        int start = at;
        string();
        if (!names.add(start, at)) {
            throw expected(start, "no more than " + Names.MOST_OPEN + " members at once");
        }
        blanks();
        if (!skip(':')) {
            throw expected("':'");
        }
        blanks();
        value();
    }

    /// `array = begin-array [ value *( value-separator value ) ] end-array`
    private void array() throws JsonException {
        open();
        if (!skip(']')) {
            do {
                value();
            } while (separator(']'));
        }
        depth--;
    }

    /// `begin-array = ws %x5B ws`, and the same for an object.
    private void open() throws JsonException {
        depth++;
        if (depth > MAX_DEPTH) {
            throw expected("no more than " + MAX_DEPTH + " nested arrays and objects");
        }
        at++;
        blanks();
    }

    /// Reads `value-separator = ws %x2C ws` or the closing bracket; true if another element
    /// follows.
    private boolean separator(char close) throws JsonException {
        blanks();
        if (skip(close)) {
            return false;
        }
        if (!skip(',')) {
            throw expected("',' or '" + close + "'");
        }
        blanks();
        return true;
    }

    private void literal(String word) throws JsonException {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= text.length || text[at + i] != word.charAt(i)) {
                throw expected(word);
            }
        }
        at += word.length();
    }

    private void number() throws JsonException {
        int end = JsonNumber.end(text, at);
        if (end == at) {
            throw expected("a value");
        }
        at = end;
    }

    /// `string = quotation-mark *char quotation-mark`, where
    /// `unescaped = %x20-21 / %x23-5B / %x5D-10FFFF`
    private void string() throws JsonException {
        int i = at + 1;
        while (i < text.length) {
            byte b = text[i];
            if (b == '"') {
                at = i + 1;
                return;
            }
            if (b < 0) {
                i = character(i);
            } else if (b == '\\') {
                i = escape(i);
            } else if (b < 0x20) {
                throw expected(i, "an escape");
            } else {
                i++;
            }
        }
        throw expected(text.length, "the end of the string");
    }

    private int character(int start) throws JsonException {
        int end = Utf8.next(text, start, text.length);
        if (end < 0) {
            throw expected(start, "well-formed UTF-8");
        }
        changed = JsonSource.isSeparator(text, start, end) ? start : changed;
        return end;
    }

    /// The end of the escape that begins here. Each surrogate is an escape of its own: two in a row
    /// make a pair, and a lone one is kept (section 8.2).
    private int escape(int start) throws JsonException {
        int i = start + 1;
        switch (i < text.length ? text[i] & 0xFF : END) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> { }
            case 'u' -> {
                for (int digit = i + 1; digit <= i + 4; digit++) {
                    if (digit >= text.length || !isHexDigit(text[digit])) {
                        throw expected(digit, "a hexadecimal digit");
                    }
                }
                i += 4;
            }
            default -> throw expected(i, "one of \"\\/bfnrtu");
        }
        return i + 1;
    }

    private static boolean isHexDigit(byte b) {
        return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F';
    }

    /// `ws = *( %x20 / %x09 / %x0A / %x0D )`
    private void blanks() {
        while (at < text.length && JsonSource.isBlank(text[at])) {
            changed = at;
            at++;
        }
    }

    private boolean skip(char wanted) {
        boolean found = peek() == wanted;
        if (found) {
            at++;
        }
        return found;
    }

    private int peek() {
        return at < text.length ? text[at] & 0xFF : END;
    }

    private JsonException expected(String what) {
        return expected(at, what);
    }

    /// Malformed UTF-8 anywhere in the text is reported first.
    private JsonException expected(int where, String what) {
        int malformed = Utf8.malformed(text, from);
        return malformed < 0 ? new JsonException(text, from, where, what)
                : new JsonException(text, from, malformed, "well-formed UTF-8");
    }
}
