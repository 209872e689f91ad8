package fakestream.json;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.regex.Pattern;

/// A plain parser that the tests compare [Json] with. It decodes the whole text and creates all
/// values at once. Recursive descent: one method per production of RFC 8259; each begins at the
/// first character of its production and leaves `at` behind the last.
public final class ReferenceParser {
    /// The deepest nesting of arrays and objects; it keeps any text from exhausting the stack
    /// (section 9).
    private static final int MAX_DEPTH = 512;

    /// The result of [#peek()] behind the end of the text.
    private static final int END = -1;

    /// `number = [ minus ] int [ frac ] [ exp ]`
    private static final Pattern NUMBER =
            Pattern.compile("-?(0|[1-9][0-9]*+)(\\.[0-9]++)?([eE][+-]?[0-9]++)?");

    private final String text;
    private int at;
    private int depth;

    /// A text that is not JSON.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private Refused(String text, int at, String expected) {
            super("line " + (1 + text.substring(0, at).chars().filter(c -> c == '\n').count())
                    + ", column " + (at - text.lastIndexOf('\n', at - 1)) + ": expected "
                    + expected);
        }
    }

    private ReferenceParser(String text) {
        this.text = text;
    }

    /// The value of a UTF-8 text, or the message of its refusal.
    public static Object read(byte[] utf8) {
        try {
            return new ReferenceParser(decoded(utf8)).document();
        } catch (Refused e) {
            return e.getMessage();
        }
    }

    /// The value of a text, or the message of its refusal.
    public static Object read(String text) {
        try {
            return new ReferenceParser(text).document();
        } catch (Refused e) {
            return e.getMessage();
        }
    }

    /// `JSON-text = ws value ws`
    JsonValue document() throws Refused {
        blanks();
        var value = value();
        blanks();
        if (peek() != END) {
            throw expected("the end of the text");
        }
        return value;
    }

    /// `value = false / null / true / object / array / number / string`
    private JsonValue value() throws Refused {
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> new JsonString(string());
            case 't' -> literal("true", JsonBoolean.TRUE);
            case 'f' -> literal("false", JsonBoolean.FALSE);
            case 'n' -> literal("null", JsonNull.NULL);
            default -> number();
        };
    }

    /// `object = begin-object [ member *( value-separator member ) ] end-object`
    private JsonObject object() throws Refused {
        open();
        var members = new LinkedHashMap<String, JsonValue>();
        if (!skip('}')) {
            do {
                member(members);
            } while (separator('}'));
        }
        depth--;
        return new JsonObject(members);
    }

    /// `member = string name-separator value`
    ///
    /// Section 4 leaves the meaning of duplicates open; the last wins, in the place of the first.
    private void member(LinkedHashMap<String, JsonValue> members) throws Refused {
        if (peek() != '"') {
            throw expected("the name of a member");
        }
        var name = string();
        blanks();
        if (!skip(':')) {
            throw expected("':'");
        }
        blanks();
        members.put(name, value());
    }

    /// `array = begin-array [ value *( value-separator value ) ] end-array`
    private JsonArray array() throws Refused {
        open();
        var elements = new ArrayList<JsonValue>();
        if (!skip(']')) {
            do {
                elements.add(value());
            } while (separator(']'));
        }
        depth--;
        return new JsonArray(elements);
    }

    /// `begin-array = ws %x5B ws`, and the same for an object
    private void open() throws Refused {
        depth++;
        if (depth > MAX_DEPTH) {
            throw expected("no more than " + MAX_DEPTH + " nested arrays and objects");
        }
        at++;
        blanks();
    }

    /// Whether another element follows (`value-separator = ws %x2C ws`) or the closing bracket.
    private boolean separator(char close) throws Refused {
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

    private JsonValue literal(String word, JsonValue value) throws Refused {
        if (!text.startsWith(word, at)) {
            throw expected(word);
        }
        at += word.length();
        return value;
    }

    private JsonNumber number() throws Refused {
        var number = NUMBER.matcher(text).region(at, text.length());
        if (!number.lookingAt()) {
            throw expected("a value");
        }
        at = number.end();
        return new JsonNumber(number.group());
    }

    /// `string = quotation-mark *char quotation-mark`
    private String string() throws Refused {
        int start = ++at;
        at = endOfRun();
        if (skip('"')) {
            return text.substring(start, at - 1);
        }
        var out = new StringBuilder().append(text, start, at);
        do {
            out.append(escape());
            int run = at;
            at = endOfRun();
            out.append(text, run, at);
        } while (!skip('"'));
        return out.toString();
    }

    /// The end of a run of unescaped characters: `unescaped = %x20-21 / %x23-5B / %x5D-10FFFF`
    private int endOfRun() {
        for (int end = at; end < text.length(); end++) {
            char c = text.charAt(end);
            if (c == '"' || c == '\\' || c < 0x20) {
                return end;
            }
        }
        return text.length();
    }

    /// The character that an escape stands for. It may be a surrogate: two escapes in a row make a
    /// pair, and a lone one is kept (section 8.2).
    private char escape() throws Refused {
        if (!skip('\\')) {
            throw expected(peek() == END ? "the end of the string" : "an escape");
        }
        char c = switch (peek()) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '/' -> '/';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> codeUnit();
            default -> throw expected("one of \"\\/bfnrtu");
        };
        at++;
        return c;
    }

    /// `%x75 4HEXDIG`, but leaves `at` on the last digit
    private char codeUnit() throws Refused {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            at++;
            if (!HexFormat.isHexDigit(peek())) {
                throw expected("a hexadecimal digit");
            }
            code = code << 4 | HexFormat.fromHexDigit(peek());
        }
        return (char) code;
    }

    /// `ws = *( %x20 / %x09 / %x0A / %x0D )`
    private void blanks() {
        while (skip(' ') || skip('\t') || skip('\n') || skip('\r')) {
            // skip() itself moves on
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
        return at < text.length() ? text.charAt(at) : END;
    }

    private Refused expected(String what) {
        return new Refused(text, at, what);
    }

    private static String decoded(byte[] utf8) throws Refused {
        var text = CharBuffer.allocate(utf8.length);
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var isBad = decoder.decode(ByteBuffer.wrap(utf8), text, true).isError();
        var read = text.flip().toString();
        var from = read.startsWith("\ufeff") ? 1 : 0;
        if (isBad) {
            throw new Refused(read.substring(from), read.length() - from, "well-formed UTF-8");
        }
        return read.substring(from);
    }
}
