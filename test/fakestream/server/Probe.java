package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.RawClient;
import fakestream.testing.TestProxy;
import java.io.EOFException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A request to the byte, and what may come of it.
///
/// @param statuses one of these answers it; 0 is an end without a word
/// @param closes whether the connection must end then, or else must serve another request
public record Probe(String name, String raw, boolean closes, List<Integer> statuses) {
    private static final String GOOD = "GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n";

    /// One that is served or refused, and whose connection goes on.
    public static Probe keeps(String name, String raw, Integer... statuses) {
        return new Probe(name, raw, false, List.of(statuses));
    }

    /// One after which the connection ends.
    public static Probe closes(String name, String raw, Integer... statuses) {
        return new Probe(name, raw, true, List.of(statuses));
    }

    /// A GET of the status page with these lines behind its Host.
    public static String get(String... fields) {
        return lines("GET /api/status HTTP/1.1", "Host: localhost", fields);
    }

    /// A GET of a target.
    public static String target(String target) {
        return lines("GET " + target + " HTTP/1.1", "Host: localhost");
    }

    /// A GET of the status page with this Host.
    public static String host(String host) {
        return lines("GET /api/status HTTP/1.1", "Host: " + host);
    }

    /// A chat whose body stands behind the blank line as it is.
    static String chat(String body, String... fields) {
        return lines("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost", TestProxy.KEY, fields)
                + body;
    }

    /// A chat whose body comes in chunks as they are.
    static String chunks(String chunks) {
        return chat(chunks, "Transfer-Encoding: chunked");
    }

    public static String lines(String first, String second, String... more) {
        var rest = Arrays.stream(more).map(line -> line + "\r\n").toList();
        return first + "\r\n" + second + "\r\n" + String.join("", rest) + "\r\n";
    }

    /// Sends it, looks at what comes, and at whether the server is still there for others.
    public void against(TestProxy proxy) {
        try (var client = proxy.connect()) {
            var seen = status(client.send(raw.getBytes(StandardCharsets.ISO_8859_1)));
            assertTrue(statuses.contains(seen), () -> name + ": " + seen);
            if (closes) {
                client.awaitEnd();
            } else {
                assertEquals(200, client.send(GOOD).response().status(), name);
            }
        }
        try (var other = proxy.connect()) {
            assertEquals(200, other.send(GOOD).response().status(), name);
        }
    }

    private int status(RawClient client) {
        try {
            return (raw.startsWith("HEAD") ? client.responseWithoutBody() : client.response())
                    .status();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof EOFException || e.getCause() instanceof SocketException) {
                return 0;
            }
            throw e;
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
