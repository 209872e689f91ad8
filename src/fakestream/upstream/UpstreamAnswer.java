package fakestream.upstream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// An upstream's response: its status and headers, and a body that is read by one thread, within
/// the bounds of the call.
public final class UpstreamAnswer {
    private static final int BUFFER = 16 * 1024;

    private final UpstreamCall call;
    private final int status;
    private final Map<String, List<String>> headers;
    private byte[] beginning = {};
    private byte[] body;
    private String start;
    private int count;

    UpstreamAnswer(UpstreamCall call, int status, Map<String, List<String>> headers) {
        this.call = call;
        this.status = status;
        this.headers = headers;
    }

    /// The status as it came.
    public int status() {
        return status;
    }

    /// Whether the status says that it worked.
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /// The headers that the client may see, such as `retry-after`.
    public Map<String, String> headersForClient() {
        return HeaderRules.toClient(headers);
    }

    /// The headers that describe a body which passes through unread.
    public Map<String, String> headersOfBody() {
        return HeaderRules.ofBodyToClient(headers);
    }

    /// How long the body says it is, in bytes; -1 where it does not.
    public long length() {
        var length = header("content-length");
        return length.matches("[0-9]{1,18}") ? Long.parseLong(length) : -1;
    }

    /// The media type in lower case, without its parameters; empty where there is none.
    public String contentType() {
        return header("content-type").split(";")[0].strip().toLowerCase();
    }

    private String header(String name) {
        return headers.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(header -> header.getValue().getFirst()).findFirst().orElse("");
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

    /// Reads on in the body; -1 at its end.
    ///
    /// @throws UpstreamException where it breaks off, falls silent or is larger than allowed
    public int read(byte[] buffer) throws UpstreamException {
        if (beginning.length > 0) {
            var n = Math.min(beginning.length, buffer.length);
            System.arraycopy(beginning, 0, buffer, 0, n);
            beginning = Arrays.copyOfRange(beginning, n, beginning.length);
            return n;
        }
        return readOn(buffer);
    }

    private int readOn(byte[] buffer) throws UpstreamException {
        var n = call.read(buffer, 0, buffer.length);
        count += Math.max(n, 0);
        if (count > call.mostBytes()) {
            call.cancel();
            throw UpstreamException.notAnAnswer("upstream_too_large",
                    "the upstream's answer is larger than MAX_UPSTREAM_BYTES");
        }
        return n;
    }

    /// The first characters that are not blank, at least six where there are so many. What was
    /// read for that is what [#read] gives first.
    private String peek() throws UpstreamException {
        var seen = new ByteArrayOutputStream();
        var buffer = new byte[BUFFER];
        var text = "";
        while (text.length() < 6) {
            var n = readOn(buffer);
            if (n < 0) {
                break;
            }
            seen.write(buffer, 0, n);
            text = new String(seen.toByteArray(), StandardCharsets.ISO_8859_1).stripLeading();
        }
        beginning = seen.toByteArray();
        return text;
    }
}
