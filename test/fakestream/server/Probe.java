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

/// A request as raw text, and its allowed outcomes.
///
/// @param statuses the allowed statuses; 0 means that the connection ends without a response
/// @param closes whether the connection must end then; otherwise it must serve another request
public record Probe(String name, String raw, boolean closes, List<Integer> statuses) {
    private static final String GOOD = "GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n";

    /// A request with a response after which the connection stays open.
    public static Probe keeps(String name, String raw, Integer... statuses) {
        return new Probe(name, raw, false, List.of(statuses));
    }

    /// A request after which the connection ends.
    public static Probe closes(String name, String raw, Integer... statuses) {
        return new Probe(name, raw, true, List.of(statuses));
    }

    /// A GET of the status page with these lines after its Host.
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

    /// A chat with this raw body.
    static String chat(String body, String... fields) {
        return lines("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost", TestProxy.KEY, fields)
                + body;
    }

    /// A chat with these raw chunks as its body.
    static String chunks(String chunks) {
        return chat(chunks, "Transfer-Encoding: chunked");
    }

    public static String lines(String first, String second, String... more) {
        var rest = Arrays.stream(more).map(line -> line + "\r\n").toList();
        return first + "\r\n" + second + "\r\n" + String.join("", rest) + "\r\n";
    }

    /// Sends the request, checks the outcome, and checks that the server still serves others.
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
