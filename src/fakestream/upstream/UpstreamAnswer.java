package fakestream.upstream;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonValue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// An upstream's response: its status and headers, and a body that is read by one thread, within
/// the bounds of the call.
public final class UpstreamAnswer {
    private static final int BUFFER = 16 * 1024;

    private final int status;
    private final HttpHeaders headers;
    private final Masks masks;
    private final UpstreamBody source;
    private final UpstreamEvents events = new UpstreamEvents(this);
    private ByteArrayInputStream beginning = new ByteArrayInputStream(new byte[0]);
    private byte[] body;
    private Optional<JsonValue> json;
    private String start;

    private UpstreamAnswer(int status, HttpHeaders headers, Masks masks, UpstreamBody source) {
        this.status = status;
        this.headers = headers;
        this.masks = masks;
        this.source = source;
    }

    /// One whose body is to be read, and decoded for that.
    static UpstreamAnswer decoded(UpstreamCall call, int status, HttpHeaders headers,
            Masks masks) {
        var encoding = headers.firstValue("content-encoding").orElse("");
        return new UpstreamAnswer(status, headers, masks, UpstreamBody.decoded(call, encoding));
    }

    /// One whose body passes through as it is.
    static UpstreamAnswer raw(UpstreamCall call, int status, HttpHeaders headers, Masks masks) {
        return new UpstreamAnswer(status, headers, masks, UpstreamBody.raw(call));
    }

    /// The status as it came.
    public int status() {
        return status;
    }

    /// Whether the status says that it worked.
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /// Whether the upstream says that asking again would not help.
    boolean forbidsRetry() {
        return header("x-should-retry").equalsIgnoreCase("false");
    }

    /// What hides in its errors the secrets that were sent upstream.
    public Masks masks() {
        return masks;
    }

    /// The name that the upstream gave it, without secrets; empty where it gave none.
    String id() {
        return headersForClient().getOrDefault(HeaderRules.UPSTREAM_ID, "");
    }

    /// The headers that the client may see, such as `retry-after`, without secrets.
    public Map<String, String> headersForClient() {
        return masked(HeaderRules.toClient(headers.map()));
    }

    /// The headers that describe a body which passes through unread, without secrets.
    public Map<String, String> headersOfBody() {
        return masked(HeaderRules.ofBodyToClient(headers.map()));
    }

    private Map<String, String> masked(Map<String, String> headers) {
        headers.replaceAll((_, value) -> masks.text(value));
        return headers;
    }

    /// How long the body says it is, in bytes; -1 where it does not.
    public long length() {
        var length = header("content-length");
        return length.matches("[0-9]{1,18}") ? Long.parseLong(length) : -1;
    }

    /// The media type in lower case, without its parameters; empty where there is none.
    public String contentType() {
        return header("content-type").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /// The first field of this name; empty where there is none.
    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /// Whether the body is an event stream. Some label JSON so, others send events as JSON, so
    /// this waits for the first characters that are not blank, and they decide.
    ///
    /// @throws UpstreamException where the body breaks off
    public boolean isEventStream() throws UpstreamException {
        if (start == null) {
            start = peek();
        }
        if (start.startsWith("{") || start.startsWith("[")) {
            return false;
        }
        return contentType().equals("text/event-stream")
                || Stream.of("data:", "event:", "id:", "retry:", ":").anyMatch(start::startsWith);
    }

    /// The whole body; it can be asked for again.
    ///
    /// @throws UpstreamException where it breaks off, falls silent or is larger than allowed
    public byte[] body() throws UpstreamException {
        if (body == null) {
            var whole = new ByteArrayOutputStream(BUFFER);
            var buffer = new byte[BUFFER];
            for (int n = read(buffer); n >= 0; n = read(buffer)) {
                whole.write(buffer, 0, n);
            }
            body = whole.toByteArray();
        }
        return body;
    }

    /// The whole body, where it is not longer than this; else none of it counts as read.
    ///
    /// @throws UpstreamException where it breaks off or falls silent
    public Optional<byte[]> bodyUpTo(int most) throws UpstreamException {
        var whole = new ByteArrayOutputStream(BUFFER);
        var buffer = new byte[BUFFER];
        for (int n = read(buffer); n >= 0; n = read(buffer)) {
            whole.write(buffer, 0, n);
            if (whole.size() > most) {
                beginning = new ByteArrayInputStream(whole.toByteArray());
                return Optional.empty();
            }
        }
        return Optional.of(whole.toByteArray());
    }

    /// The JSON that the whole body is, or null where it is none; it can be asked for again.
    ///
    /// @throws UpstreamException where the body breaks off, falls silent or is larger than allowed
    public JsonValue json() throws UpstreamException {
        if (json == null) {
            json = Optional.ofNullable(parsed(body()));
        }
        return json.orElse(null);
    }

    /// The JSON of a text, or null where it is none.
    public static JsonValue parsed(byte[] text) {
        try {
            return Json.parse(text);
        } catch (JsonException _) {
            return null;
        }
    }

    /// The events of a body that is a stream of them.
    public UpstreamEvents events() {
        return events;
    }

    /// Reads on in the body; -1 at its end.
    ///
    /// @throws UpstreamException where it breaks off, falls silent or is larger than allowed
    public int read(byte[] buffer) throws UpstreamException {
        var n = beginning.readNBytes(buffer, 0, buffer.length);
        return n > 0 ? n : source.read(buffer);
    }

    /// The first characters that are not blank, at least six where there are so many. What was
    /// read for that is what [#read] gives first.
    private String peek() throws UpstreamException {
        var seen = new ByteArrayOutputStream();
        var buffer = new byte[BUFFER];
        var text = "";
        while (text.length() < 6) {
            var n = source.read(buffer);
            if (n < 0) {
                break;
            }
            seen.write(buffer, 0, n);
            text = (text + new String(buffer, 0, n, StandardCharsets.ISO_8859_1)).stripLeading();
        }
        beginning = new ByteArrayInputStream(seen.toByteArray());
        return text;
    }
}
