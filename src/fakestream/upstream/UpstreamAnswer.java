package fakestream.upstream;

import fakestream.http.ByteBudget;
import fakestream.http.ContentCoding;
import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.protocol.ApiError;
import fakestream.protocol.VendorError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipException;

/// An upstream's answer: its head, and its body, which one thread reads, within the limits of the
/// call. The proxy asks only for plain bytes. It decodes gzip and deflate all the same, because
/// some upstreams send them to every client; the limit counts the decoded bytes.
public final class UpstreamAnswer {
    /// The buffer size for the first characters, in bytes.
    private static final int PEEK = 64;

    /// The first buffer of a body has `SMALLEST` to `BUFFER`; later ones have at most the last.
    private static final int SMALLEST = 2 * 1024;
    private static final int BUFFER = 64 * 1024;
    private static final int LARGEST_BUFFER = 1024 * 1024;

    /// The JDK's limit; MAX_UPSTREAM_BYTES is less.
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final UpstreamHead head;
    /// Null if the whole body was read ahead.
    private final UpstreamCall call;
    /// Null if it has an unknown coding.
    private final InputStream source;
    /// The bytes from `at` to `until` were read ahead, and come first in the next [#read].
    private byte[] ahead;
    private int at;
    private int until;
    private boolean ended;
    private int count;

    /// An answer whose body comes as the upstream sends it.
    UpstreamAnswer(UpstreamHead head, UpstreamCall call) {
        this(head, call, call.body());
    }

    private UpstreamAnswer(UpstreamHead head, UpstreamCall call, InputStream source) {
        this.head = head;
        this.call = call;
        this.source = source;
        this.ahead = new byte[PEEK];
    }

    private UpstreamAnswer(UpstreamHead head, byte[] body) {
        this(head, null, null);
        this.ahead = body;
        this.until = body.length;
        this.ended = true;
    }

    /// An answer whose body is already here.
    public static UpstreamAnswer of(StoredAnswer stored) {
        return new UpstreamAnswer(stored.head(), stored.body());
    }

    /// This answer as a value; waits for the whole body.
    ///
    /// @throws UpstreamException as [#body]
    public StoredAnswer stored() throws UpstreamException {
        return new StoredAnswer(head, body());
    }

    /// This answer with its body decoded by its `Content-Encoding` (RFC 9110 section 8.4). The
    /// caller may read only one of the two from now on. If a coding is unknown, reading fails; but
    /// an error keeps its status and its headers, and the coding stands for its body.
    public UpstreamAnswer decoded() {
        var codings = codings();
        if (ContentCoding.isNone(codings)) {
            return this;
        }
        var unknown = ContentCoding.unknown(codings);
        if (unknown.isEmpty()) {
            return new UpstreamAnswer(head, call, ContentCoding.decoded(new SequenceInputStream(
                    new ByteArrayInputStream(ahead, at, until - at), source), codings));
        }
        return head.isSuccess() ? new UpstreamAnswer(head, call, null)
                : new UpstreamAnswer(head, ("(" + unknown.get() + ")").getBytes());
    }

    private List<String> codings() {
        return head.headers().allValues("content-encoding");
    }

    public UpstreamHead head() {
        return head;
    }

    /// Whether the body is an event stream. Some upstreams label JSON as events, others label
    /// events as JSON. So this waits for the first characters that are not blank, and they decide.
    ///
    /// @throws UpstreamException if the body breaks off
    public boolean isEventStream() throws UpstreamException {
        var start = peek();
        return !start.startsWith("{") && !start.startsWith("[")
                && (head.contentType().equals("text/event-stream")
                || Stream.of("data:", "event:", "id:", "retry:", ":").anyMatch(start::startsWith));
    }

    /// The first characters that are not blank, at least six if there are so many.
    private String peek() throws UpstreamException {
        var text = "";
        for (int seen = at; text.length() < 6 && (seen < until || readAhead()); ) {
            var n = Math.min(PEEK, until - seen);
            text = (text + new String(ahead, seen, n, StandardCharsets.ISO_8859_1))
                    .stripLeading();
            seen += n;
        }
        return text;
    }

    /// Reads some more bytes ahead; false at the end.
    private boolean readAhead() throws UpstreamException {
        if (until == ahead.length) {
            hold(ByteBudget.COPIES * (long) until);
            ahead = Arrays.copyOf(ahead, (int) Math.min(2L * until, LARGEST_ARRAY));
        }
        var n = fetch(ahead, until, ahead.length - until);
        until += Math.max(n, 0);
        return n >= 0;
    }

    /// Waits for the rest of the body, which is the whole if nothing was read, and keeps it ready:
    /// repeated calls return it again.
    ///
    /// @throws UpstreamException if it breaks off, falls silent or is larger than allowed
    public byte[] body() throws UpstreamException {
        isLongerThan(Integer.MAX_VALUE);
        return at == 0 && until == ahead.length ? ahead : Arrays.copyOfRange(ahead, at, until);
    }

    /// Waits for the whole body, or for more of it than this; none of it counts as read.
    ///
    /// @throws UpstreamException if it breaks off or falls silent
    public boolean isLongerThan(int most) throws UpstreamException {
        if (!ended && until - at <= most) {
            ahead = readUpTo(most);
            at = 0;
            until = ahead.length;
        }
        return until - at > most;
    }

    /// Reads until the end, or until there are more than `most` bytes. Copies the bytes once, when
    /// their length is known, so it never holds them more than twice. For a declared length it
    /// takes all memory before the first byte, so that it holds nothing while it waits.
    private byte[] readUpTo(int most) throws UpstreamException {
        long held = Math.clamp(head.length(), 0, most);
        hold(ByteBudget.COPIES * held);
        var full = new ArrayList<byte[]>();
        // One spare byte, so that the end shows without another buffer.
        var bytes = new byte[Math.clamp(head.length() + 1, SMALLEST, BUFFER)];
        int before = 0;
        int filled = 0;
        for (int n = 0; n >= 0 && before + filled <= most; filled += Math.max(n, 0)) {
            if (filled == bytes.length) {
                full.add(bytes);
                before = Math.addExact(before, filled);
                filled = 0;
                hold(ByteBudget.COPIES * (long) before);
                bytes = new byte[Math.clamp(before, SMALLEST, LARGEST_BUFFER)];
            }
            n = read(bytes, filled, bytes.length - filled);
        }
        long length = (long) before + filled;
        if (length > held) {
            hold(ByteBudget.COPIES * length);
        }
        settle(ByteBudget.COPIES * length);
        var all = ByteBuffer.allocate(Math.addExact(before, filled));
        full.forEach(all::put);
        return all.put(bytes, 0, filled).array();
    }

    /// Reads more of the body; -1 at its end.
    ///
    /// @throws UpstreamException if it breaks off, falls silent or is larger than allowed
    public int read(byte[] buffer) throws UpstreamException {
        return read(buffer, 0, buffer.length);
    }

    private int read(byte[] buffer, int offset, int length) throws UpstreamException {
        if (at == until) {
            return fetch(buffer, offset, length);
        }
        var n = Math.min(length, until - at);
        System.arraycopy(ahead, at, buffer, offset, n);
        at += n;
        return n;
    }

    private int fetch(byte[] buffer, int offset, int length) throws UpstreamException {
        if (ended) {
            return -1;
        }
        var n = fromSource(buffer, offset, length);
        ended = n < 0;
        count += Math.max(n, 0);
        call.came(count, ended);
        return n;
    }

    private int fromSource(byte[] buffer, int offset, int length) throws UpstreamException {
        if (source == null) {
            throw UpstreamException.notAnAnswer("upstream_encoding",
                    "the upstream's answer has an encoding that the proxy did not ask for");
        }
        try {
            return source.read(buffer, offset, length);
        } catch (ZipException e) {
            throw UpstreamException.notAnAnswer("upstream_encoding",
                    "the upstream's answer says that it is " + String.join(", ", codings())
                    + ", and is not");
        } catch (IOException e) {
            throw call.failure(e);
        }
    }

    /// See [UpstreamCall#hold]; bytes that were read before are counted elsewhere.
    void hold(long bytes) throws UpstreamException {
        if (call != null) {
            call.hold(bytes);
        }
    }

    /// Reduces the hold to this many bytes and gives the rest back.
    void settle(long bytes) throws UpstreamException {
        if (call != null) {
            call.hold(0).settle(bytes);
        }
    }

    /// How long its error asks to wait before another try (see [ApiError#retryDelay()]); empty if
    /// it does not say, or there is no readable error. Headers are not looked at.
    Optional<Duration> retryAfter() {
        if (!head.contentType().endsWith("json")) {
            return Optional.empty();
        }
        try {
            return VendorError.find(Json.parse(body())).flatMap(ApiError::retryDelay);
        } catch (UpstreamException | JsonException _) {
            // The next read of a body that broke off, for the client, fails again.
            return Optional.empty();
        }
    }
}
