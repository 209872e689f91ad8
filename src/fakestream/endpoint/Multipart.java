package fakestream.endpoint;

import fakestream.http.HttpError;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.json.Parts;
import fakestream.protocol.ApiError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// A request body of `multipart/form-data` (RFC 7578, RFC 2046 section 5.1), kept once, in its
/// original bytes. Its short texts are read as the members of an object. Files and long texts are
/// not read; they go upstream as they came.
///
/// For `true` and `false`, in any case, the member is a boolean: Python's forms say `True`. For a
/// whole number it is a number, and otherwise a string. Of two texts with one name the last counts.
final class Multipart {
    private static final String TYPE = "multipart/form-data";
    private static final int MOST_PARTS = 1000;
    /// The most bytes of a part's headers.
    private static final int LONGEST_HEAD = 8 * 1024;
    /// A longer text is not read; in bytes.
    private static final int LONGEST_TEXT = 4 * 1024;

    private static final Pattern BOUNDARY =
            Pattern.compile("[\\w'()+,./:=?-]([\\w'()+,./:=? -]{0,68}[\\w'()+,./:=?-])?");
    private static final Pattern WHOLE = Pattern.compile("0|-?[1-9][0-9]{0,17}");
    private static final Pattern FOLDED = Pattern.compile("\r\n(?=[ \t])");

    private final byte[] body;
    /// Two hyphens and the boundary.
    private final byte[] delimiter;
    private final List<Part> parts = new ArrayList<>();
    private JsonObject fields = JsonObject.EMPTY;
    /// The start of the last delimiter.
    private int last;

    /// One part of the body.
    ///
    /// @param value the text; null if it is not read
    /// @param from the start of the delimiter before it
    /// @param to the start of the delimiter behind it
    private record Part(String name, JsonValue value, int from, int to) {
    }

    private Multipart(byte[] body, String boundary) {
        this.body = body;
        this.delimiter = ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Whether this is the media type of a form; null is not.
    static boolean is(String type) {
        return type != null && TYPE.equalsIgnoreCase(type.split(";", 2)[0].strip());
    }

    /// Finds the parts of a body. The bytes must not change from now on.
    ///
    /// @param type the request's `Content-Type`
    /// @throws HttpError 400 if the body is not of this type
    static Multipart read(String type, byte[] body) throws HttpError {
        var boundary = parameters(type).getOrDefault("boundary", "");
        if (!BOUNDARY.matcher(boundary).matches()) {
            throw bad("the request's Content-Type names no valid boundary");
        }
        var form = new Multipart(body, boundary);
        form.read();
        return form;
    }

    /// The texts as members.
    JsonObject fields() {
        return fields;
    }

    /// The body with these members instead of [#fields()]. Parts without a member are kept, with
    /// all their bytes, as is the text of an equal member. A changed member is written anew in its
    /// place, a new one at the end.
    Parts with(JsonObject members) {
        var out = new JsonWriter();
        var written = new HashSet<String>();
        int kept = 0;
        for (var part : parts) {
            if (!isKept(part, members)) {
                out.range(body, kept, part.from);
                kept = part.to;
                if (members.has(part.name) && written.add(part.name)) {
                    write(part.name, members.get(part.name), out);
                }
            }
        }
        out.range(body, kept, last);
        members.members().forEach((name, value) -> {
            if (!fields.has(name)) {
                write(name, value, out);
            }
        });
        out.range(body, last, body.length);
        return out.parts();
    }

    private boolean isKept(Part part, JsonObject members) {
        return part.value == null || fields.get(part.name).equals(members.get(part.name));
    }

    /// The form with these members, without its boundary: clients choose a new one when they repeat
    /// a request. The length of each part stands before it.
    Parts content(JsonObject members) {
        var out = new JsonWriter();
        for (var part : parts) {
            int from = part.from + delimiter.length;
            if (isKept(part, members)) {
                out.text(part.to - from + ":").range(body, from, part.to);
            }
        }
        return out.value(members).parts();
    }

    /// Escapes the name as browsers do (HTML, "multipart form data").
    private void write(String name, JsonValue value, JsonWriter out) {
        var escaped = name.replace("\r", "%0D").replace("\n", "%0A").replace("\"", "%22");
        var text = value instanceof JsonString(var own) ? own : value.toString();
        out.bytes(delimiter).text("\r\nContent-Disposition: form-data; name=\"").text(escaped)
                .text("\"\r\n\r\n").text(text).text("\r\n");
    }

    private void read() throws HttpError {
        int at = delimiter(0);
        var texts = new JsonObject.Builder();
        while (!isLast(at)) {
            if (parts.size() == MOST_PARTS) {
                throw bad("the request's form has more than " + MOST_PARTS + " parts");
            }
            int head = endOfDelimiter(at);
            int content = endOfHead(head);
            int next = delimiter(content - 2);
            var part = part(at, head, content, next);
            if (part.value != null) {
                texts.add(part.name, part.value);
            }
            parts.add(part);
            at = next;
        }
        last = at;
        fields = texts.build();
    }

    private Part part(int from, int head, int content, int to) throws HttpError {
        var told = parameters(disposition(text(head, content)));
        if (!told.containsKey("name")) {
            throw bad("a part of the request's form has no name");
        }
        int length = Math.max(to - 2 - content, 0);
        var isText = !told.containsKey("filename") && !told.containsKey("filename*")
                && length <= LONGEST_TEXT;
        return new Part(told.get("name"), isText ? value(text(content, content + length)) : null,
                from, to);
    }

    private static JsonValue value(String text) {
        return text.equalsIgnoreCase("true") ? JsonBoolean.TRUE
                : text.equalsIgnoreCase("false") ? JsonBoolean.FALSE
                : WHOLE.matcher(text).matches() ? new JsonNumber(text) : new JsonString(text);
    }

    /// The value of `Content-Disposition` in a part's headers; empty if there is none.
    private static String disposition(String head) {
        return FOLDED.matcher(head).replaceAll("").lines().map(line -> line.split(":", 2))
                .filter(field -> field[0].strip().equalsIgnoreCase("Content-Disposition")
                        && field.length == 2)
                .map(field -> field[1].strip()).findFirst().orElse("");
    }

    /// The parameters in a header's value, by their names in lower case.
    private static Map<String, String> parameters(String value) {
        var parameters = new HashMap<String, String>();
        int at = value.indexOf(';');
        while (at >= 0 && value.indexOf('=', at) >= 0) {
            int equals = value.indexOf('=', at);
            var name = value.substring(at + 1, equals).strip().toLowerCase(Locale.ROOT);
            var text = new StringBuilder();
            int end = parameter(value, equals + 1, text);
            parameters.putIfAbsent(name, text.toString());
            at = value.indexOf(';', end);
        }
        return parameters;
    }

    /// Reads a parameter's value, quoted or not, into `text`. A backslash escapes a quote or
    /// another backslash; before any other character it stands for itself, as in a file's path.
    ///
    /// @return the end of the value
    private static int parameter(String value, int from, StringBuilder text) {
        int at = from;
        while (at < value.length() && Character.isWhitespace(value.charAt(at))) {
            at++;
        }
        if (at == value.length() || value.charAt(at) != '"') {
            int end = value.indexOf(';', at) < 0 ? value.length() : value.indexOf(';', at);
            text.append(value.substring(at, end).strip());
            return end;
        }
        at++;
        while (at < value.length() && value.charAt(at) != '"') {
            if (value.startsWith("\\\"", at) || value.startsWith("\\\\", at)) {
                at++;
            }
            text.append(value.charAt(at));
            at++;
        }
        return at;
    }

    /// The start of the first delimiter behind a line end at `from` or later, or at the start of
    /// the body. It suffices that a line begins with it (RFC 2046 section 5.1.1).
    private int delimiter(int from) throws HttpError {
        if (from == 0 && startsAt(0, delimiter)) {
            return 0;
        }
        for (int at = from; at < body.length - delimiter.length - 1; at++) {
            if (body[at] == '\r' && body[at + 1] == '\n' && startsAt(at + 2, delimiter)) {
                return at + 2;
            }
        }
        throw bad("the request's form ends without its last boundary");
    }

    private boolean isLast(int at) {
        int end = at + delimiter.length;
        return end + 1 < body.length && body[end] == '-' && body[end + 1] == '-';
    }

    /// The end of a delimiter's line; blanks may follow the boundary there.
    private int endOfDelimiter(int from) throws HttpError {
        int at = from + delimiter.length;
        while (at < body.length && (body[at] == ' ' || body[at] == '\t')) {
            at++;
        }
        if (!isLineEnd(at)) {
            throw bad("a boundary in the request's form does not end its line");
        }
        return at + 2;
    }

    /// The end of a part's headers: the position behind their empty line.
    private int endOfHead(int from) throws HttpError {
        if (isLineEnd(from)) {
            return from + 2;
        }
        for (int at = from; at < Math.min(body.length, from + LONGEST_HEAD)
                && !(isLineEnd(at) && startsAt(at + 2, delimiter)); at++) {
            if (isLineEnd(at) && isLineEnd(at + 2)) {
                return at + 4;
            }
        }
        throw bad("a part of the request's form has headers without an end, or more than "
                + LONGEST_HEAD + " bytes of them");
    }

    private boolean isLineEnd(int at) {
        return at + 1 < body.length && body[at] == '\r' && body[at + 1] == '\n';
    }

    private boolean startsAt(int at, byte[] wanted) {
        return at + wanted.length <= body.length
                && Arrays.equals(body, at, at + wanted.length, wanted, 0, wanted.length);
    }

    private String text(int from, int to) {
        return new String(body, from, to - from, StandardCharsets.UTF_8);
    }

    private static HttpError bad(String message) {
        return new HttpError(400, ApiError.invalidRequest(null, null, message));
    }
}
