package fakestream.upstream;

import fakestream.http.ByteBudget;
import fakestream.http.ContentCoding;
import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.SseEvent;
import fakestream.protocol.VendorError;
import fakestream.telemetry.Redactor;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// An upstream's answer: its status, headers and body. One thread reads the body, within the limits
/// of the call.
public final class UpstreamAnswer {
    /// The buffer size for the first characters, in bytes.
    private static final int SMALLEST = 64;

    /// The JDK's limit; MAX_UPSTREAM_BYTES is less.
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private static final Pattern DONE = Pattern.compile("data: ?\\[DONE]\\s*\\z");
    /// How many bytes at the end of a body are searched for it.
    private static final int LONGEST_DONE = 1024;

    private final int status;
    private final HttpHeaders headers;
    private final Redactor redactor;
    private final UpstreamBody source;
    private UpstreamEvents events;
    private Map<String, String> forClient;
    private byte[] body;
    private Optional<JsonValue> json;
    private String start;

    private UpstreamAnswer(int status, HttpHeaders headers, Redactor redactor,
            UpstreamBody source) {
        this.status = status;
        this.headers = headers;
        this.redactor = redactor;
        this.source = source;
    }

    /// An answer whose body passes through unchanged.
    static UpstreamAnswer raw(UpstreamCall call, int status, HttpHeaders headers,
            Redactor redactor) {
        return new UpstreamAnswer(status, headers, redactor, UpstreamBody.raw(call));
    }

    /// An answer whose body is already here.
    public static UpstreamAnswer of(StoredAnswer stored) {
        var answer = new UpstreamAnswer(stored.status(), stored.headers(), stored.redactor(),
                UpstreamBody.of(stored.body()));
        answer.body = stored.body();
        return answer;
    }

    /// This answer as a value; reads the body to its end.
    ///
    /// @throws UpstreamException if it breaks off, falls silent or is larger than allowed
    public StoredAnswer stored() throws UpstreamException {
        return new StoredAnswer(status, headers, redactor, body());
    }

    /// This answer with its body decoded, for an answer that was to pass through. The caller may
    /// read only one of the two from now on.
    public UpstreamAnswer decoded() {
        var codings = headers.allValues("content-encoding");
        var unknown = ContentCoding.unknown(codings);
        // An error in an unknown coding keeps its status and its headers.
        return new UpstreamAnswer(status, headers, redactor, !isSuccess() && unknown.isPresent()
                ? UpstreamBody.of(("(" + unknown.get() + ")").getBytes(StandardCharsets.UTF_8))
                : source.decoded(codings));
    }

    /// The upstream's status.
    public int status() {
        return status;
    }

    /// Whether the status is 2xx.
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /// Whether the upstream says that another call would not help.
    boolean forbidsRetry() {
        return header("x-should-retry").equalsIgnoreCase("false");
    }

    /// Hides the secrets that were sent upstream in its errors.
    public Redactor redactor() {
        return redactor;
    }

    /// The upstream's id of the request, without secrets; empty if it gave none.
    String id() {
        return headersForClient().getOrDefault(HeaderRules.UPSTREAM_ID, "");
    }

    /// The headers that the client may see, such as `retry-after`, without secrets.
    public Map<String, String> headersForClient() {
        if (forClient == null) {
            forClient = Collections.unmodifiableMap(masked(HeaderRules.toClient(headers.map())));
        }
        return forClient;
    }

    /// The headers that describe a body which passes through unread, without secrets.
    public Map<String, String> headersOfBody() {
        return masked(HeaderRules.ofBodyToClient(headers.map()));
    }

    private Map<String, String> masked(Map<String, String> headers) {
        headers.replaceAll((_, value) -> redactor.text(value));
        return headers;
    }

    /// The body's declared length in bytes; -1 if there is none.
    public long length() {
        return HeaderRules.length(headers);
    }

    /// The media type in lower case, without its parameters; empty if there is none.
    public String contentType() {
        return header("content-type").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /// The first field of this name; empty if there is none.
    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /// Whether the body is an event stream. Some upstreams label JSON as events, others label
    /// events as JSON. So this waits for the first characters that are not blank, and they decide.
    ///
    /// @throws UpstreamException if the body breaks off
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

    /// The whole body; repeated calls return it again.
    ///
    /// @throws UpstreamException if it breaks off, falls silent or is larger than allowed
    public byte[] body() throws UpstreamException {
        if (body == null) {
            body = source.readUpTo(Integer.MAX_VALUE, length());
        }
        return body;
    }

    /// The whole body if it is not longer than this; otherwise none of it counts as read.
    ///
    /// @throws UpstreamException if it breaks off or falls silent
    public Optional<byte[]> bodyUpTo(int most) throws UpstreamException {
        return isLongerThan(most) ? Optional.empty() : Optional.of(source.readUpTo(most, length()));
    }

    /// Waits for the whole body, or for more of it than this; none of it counts as read.
    ///
    /// @throws UpstreamException if it breaks off or falls silent
    public boolean isLongerThan(int most) throws UpstreamException {
        var start = source.readUpTo(most, length());
        source.unread(start);
        return start.length > most;
    }

    /// The whole body as JSON, or null if it is none; repeated calls return it again.
    ///
    /// @throws UpstreamException if the body breaks off, falls silent or is larger than allowed
    public JsonValue json() throws UpstreamException {
        if (json == null) {
            json = Optional.ofNullable(parsed(body()))
                    .or(() -> Optional.ofNullable(parsed(withoutDone())));
        }
        return json.orElse(null);
    }

    /// The body without the end of a stream that some servers send after their JSON. This shorter
    /// body replaces the old one.
    private byte[] withoutDone() {
        var from = Math.max(0, body.length - LONGEST_DONE);
        var done = DONE.matcher(new String(body, from, body.length - from,
                StandardCharsets.ISO_8859_1));
        body = done.find() ? Arrays.copyOf(body, from + done.start()) : body;
        return body;
    }

    /// The JSON of a text, or null if it is none.
    public static JsonValue parsed(byte[] text) {
        try {
            return Json.parse(text);
        } catch (JsonException _) {
            return null;
        }
    }

    /// How long its error asks to wait before another try (see [ApiError#retryDelay()]); empty if
    /// it does not say, or there is no readable error. Headers are not looked at.
    Optional<Duration> retryAfter() {
        if (!isSuccess() && !contentType().endsWith("json")) {
            return Optional.empty();
        }
        try {
            var told = isEventStream() ? events().firstData().map(SseEvent.Received::json)
                    : Optional.ofNullable(json());
            return told.flatMap(VendorError::find).flatMap(ApiError::retryDelay);
        } catch (UpstreamException _) {
            // The next read of the body, for the client, fails again.
            return Optional.empty();
        }
    }

    /// The events of a body that is an event stream.
    public UpstreamEvents events() {
        if (events == null) {
            events = new UpstreamEvents(source);
        }
        return events;
    }

    /// Reads more of the body; -1 at its end.
    ///
    /// @throws UpstreamException if it breaks off, falls silent or is larger than allowed
    public int read(byte[] buffer) throws UpstreamException {
        return source.read(buffer, 0, buffer.length);
    }

    /// The first characters that are not blank, at least six if there are so many. The bytes read
    /// here come first in the next [#read].
    private String peek() throws UpstreamException {
        var seen = new byte[SMALLEST];
        int filled = 0;
        var text = "";
        for (int n = 0; n >= 0 && text.length() < 6; filled += Math.max(n, 0)) {
            if (filled == seen.length) {
                source.hold(ByteBudget.COPIES * (long) filled);
                seen = Arrays.copyOf(seen, (int) Math.min(2L * filled, LARGEST_ARRAY));
            }
            n = source.read(seen, filled, seen.length - filled);
            text = (text + new String(seen, filled, Math.max(n, 0), StandardCharsets.ISO_8859_1))
                    .stripLeading();
        }
        source.unread(Arrays.copyOf(seen, filled));
        return text;
    }
}
