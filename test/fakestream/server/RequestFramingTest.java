package fakestream.server;

import static fakestream.server.Probe.chat;
import static fakestream.server.Probe.chunks;
import static fakestream.server.Probe.closes;
import static fakestream.server.Probe.get;
import static fakestream.server.Probe.keeps;
import static fakestream.server.Probe.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The end of a request's body (RFC 9112 sections 6 and 7). A client that is refused before the end
/// of its body can still read the response.
final class RequestFramingTest {
    private static final String BODY = Chats.WHOLE;
    private static final String LENGTH = "Content-Length: ";
    private static final String SIZE = Integer.toHexString(BODY.length());
    private static final String END = "0\r\n\r\n";

    private static ScriptedUpstream upstream;
    private static TestProxy proxy;

    @BeforeAll
    static void start() {
        upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
        proxy = TestProxy.before(upstream, "MAX_BODY_BYTES=1048576",
                "CLIENT_WRITE_TIMEOUT_MS=1000");
    }

    @AfterAll
    static void stop() {
        proxy.close();
        upstream.close();
    }

    static Stream<Probe> lengths() {
        return Stream.of(
                keeps("the right one", chat(BODY, LENGTH + BODY.length()), 200),
                keeps("none, and no body", chat(""), 400),
                keeps("0", chat("", LENGTH + "0"), 400),
                keeps("blanks around it", chat(BODY, LENGTH + " \t" + BODY.length() + " "), 200),
                keeps("of a body of GET", get(LENGTH + "5") + "hello", 200),
                closes("a sign", get(LENGTH + "+5") + "hello", 400),
                closes("a negative one", get(LENGTH + "-1"), 400),
                closes("a negative zero", get(LENGTH + "-0"), 400),
                closes("a leading zero", get(LENGTH + "05") + "hello", 400),
                closes("two zeros", get(LENGTH + "00"), 400),
                closes("a list", get(LENGTH + "5, 5") + "hello", 400),
                closes("a list of two", get(LENGTH + "5,6") + "hello", 400),
                closes("hexadecimal", get(LENGTH + "0x5") + "hello", 400),
                closes("with an underscore", get(LENGTH + "1_0"), 400),
                closes("with a blank", get(LENGTH + "1 0"), 400),
                closes("empty", get(LENGTH), 400), closes("a word", get(LENGTH + "abc"), 400),
                closes("overflowing", get(LENGTH + "99999999999999999999"), 400),
                closes("twice", get(LENGTH + "5", LENGTH + "5") + "hello", 400),
                closes("twice, and others", get(LENGTH + "5", LENGTH + "6") + "hello", 400),
                closes("by another name", get("Content_Length: 5") + "hello", 400),
                closes("longer than allowed", chat("", LENGTH + "99999999999"), 413),
                closes("longer than any", chat("", LENGTH + "9223372036854775807"), 413));
    }

    static Stream<Probe> encodings() {
        return Stream.of(
                closes("and a length", chat(END, "Transfer-Encoding: chunked", LENGTH + "5"), 400),
                closes("behind a length", chat(END, LENGTH + "5", "Transfer-Encoding: chunked"),
                        400),
                closes("unknown", chat(END, "Transfer-Encoding: xchunked"), 400, 501),
                closes("identity", chat(END, "Transfer-Encoding: identity"), 400, 501),
                closes("chunked before another", chat(END, "Transfer-Encoding: chunked, gzip"),
                        400, 501),
                closes("chunked behind another", chat(END, "Transfer-Encoding: gzip, chunked"),
                        400, 501),
                closes("chunked twice", chat(END, "Transfer-Encoding: chunked, chunked"), 400, 501),
                closes("two fields", chat(END, "Transfer-Encoding: chunked",
                        "Transfer-Encoding: chunked"), 400, 501),
                closes("empty", chat(END, "Transfer-Encoding:"), 400, 501),
                closes("a parameter", chat(END, "Transfer-Encoding: chunked;a=b"), 400, 501),
                closes("quoted", chat(END, "Transfer-Encoding: \"chunked\""), 400, 501),
                closes("a blank before the colon", chat(END, "Transfer-Encoding : chunked"), 400),
                closes("NUL inside", chat(END, "Transfer-Encoding: chun\u0000ked"), 400, 501),
                closes("by another name", chat(END, "Transfer_Encoding: chunked"), 400),
                closes("in 1.0", lines("POST /v1/chat/completions HTTP/1.0", TestProxy.KEY,
                        "Transfer-Encoding: chunked") + END, 400),
                closes("in capitals", chat(SIZE + "\r\n" + BODY + "\r\n" + END,
                        "TRANSFER-ENCODING: CHUNKED"), 200));
    }

    static Stream<Probe> chunked() {
        return Stream.of(
                closes("one chunk", chunks(SIZE + "\r\n" + BODY + "\r\n" + END), 200),
                closes("a chunk of each byte",
                        chunks(BODY.replaceAll("(?s).", "1\r\n$0\r\n") + END), 200),
                closes("leading zeros", chunks("000" + SIZE + "\r\n" + BODY + "\r\n" + END), 200),
                closes("an extension", chunks(SIZE + ";a=b\r\n" + BODY + "\r\n" + END), 200),
                closes("none", chunks(END), 400),
                closes("a size that overflows to 0", chunks("100000000\r\n\r\n"), 400),
                closes("a size that overflows to 0 behind a body",
                        chunks(SIZE + "\r\n" + BODY + "\r\n100000000\r\n\r\n"), 200, 400),
                closes("an empty size", chunks("\r\n\r\n"), 400),
                closes("an extension without a size", chunks(";a\r\n\r\n"), 400),
                closes("a CR in the size", chunks("0\r0\r\n\r\n"), 400),
                closes("control bytes in an extension",
                        chunks(SIZE + ";a=\u0000\u0001\n\r\n" + BODY + "\r\n" + END), 200,
                        400),
                closes("no size", chunks("hello\r\n" + END), 400),
                closes("a prefix", chunks("0x5\r\nhello\r\n" + END), 400),
                closes("a sign", chunks("+5\r\nhello\r\n" + END), 400),
                closes("a negative size", chunks("-1\r\nhello\r\n" + END), 400),
                closes("a blank before", chunks(" 5\r\nhello\r\n" + END), 400),
                closes("an underscore", chunks("1_0\r\nhello\r\n" + END), 400),
                closes("a size below zero for an int", chunks("FFFFFFFF\r\nhello\r\n" + END), 400),
                closes("a size of 16 digits", chunks("1000000000000005\r\nhello\r\n" + END), 400),
                closes("more than it says", chunks("3\r\nhello\r\n" + END), 400),
                closes("no line break behind", chunks("5\r\nhello" + END), 400),
                closes("a bare LF behind", chunks("5\r\nhello\n" + END), 400),
                closes("a bare LF behind the size", chunks("5\nhello\r\n" + END), 400),
                closes("an endless extension",
                        chunks("5;" + "a".repeat(65_536) + "\r\nhello\r\n" + END), 400),
                closes("a trailer, which the JDK's server cannot read",
                        chunks(SIZE + "\r\n" + BODY + "\r\n0\r\nX: y\r\n\r\n"), 200, 400));
    }

    @ParameterizedTest
    @MethodSource({"lengths", "encodings", "chunked"})
    void findsTheEndOfARequestOrRefusesIt(Probe probe) {
        probe.against(proxy);
    }

    /// The bytes after a bad chunk of a refused request are not the next request.
    @Test
    void readsNoRequestAfterABadChunk() {
        var hidden = "0\r\nX" + get();
        for (var target : new String[] {"/api/status", "/v1/chat/completions", "/nothing"}) {
            try (var client = proxy.connect()) {
                client.send(RawClient.head("POST", target, "Transfer-Encoding: chunked")
                        + "\r\n" + hidden);
                assertTrue(client.response().status() >= 400);
                assertTrue(client.rest().isEmpty(), target);
            }
        }
    }

    /// The JDK's server takes each of these for the body's end; a proxy in front of it does not.
    @ParameterizedTest
    @ValueSource(strings = {"100000000\r\n\r\n", "F00000000\r\n\r\n", "\r\n\r\n", ";x\r\n\r\n",
        "0\r0\r\n\r\n", "0;\u0000\n\r\n\r\n"})
    void readsNoRequestAfterAnInvalidLastChunk(String end) {
        for (var body : new String[] {"", SIZE + "\r\n" + BODY + "\r\n"}) {
            try (var client = proxy.connect()) {
                client.send(chunks(body + end + get()));
                client.response();
                assertTrue(client.rest().isEmpty(), end);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/models", "/api/status", "/nothing"})
    void letsARefusedClientReadTheResponseWhileItSends(String target) {
        var piece = "x".repeat(1 << 20);
        try (var client = proxy.connect()) {
            client.send(RawClient.head("POST", target, LENGTH + (8 << 20)) + "\r\n");
            for (int i = 0; i < 8; i++) {
                client.send(piece);
            }
            var response = client.response();
            assertTrue(response.status() >= 401 && response.status() <= 405, response::text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "HEAD", "OPTIONS"})
    void closesIfARefusedBodyDoesNotCome(String method) {
        try (var client = proxy.connect()) {
            client.send(RawClient.head(method, "/api/status", LENGTH + "1000") + "\r\nx");
            client.awaitEnd();
        }
    }

    @Test
    void announcesTheCloseAfterATooLargeBody() {
        try (var client = proxy.connect()) {
            client.send(RawClient.head("POST", "/v1/chat/completions", TestProxy.KEY,
                    LENGTH + "99999999999", "Expect: 100-continue") + "\r\n");
            assertEquals(100, client.responseWithoutBody().status());
            var response = client.response();
            assertEquals("request_too_large", response.error(413).string("code"));
            assertEquals("close", response.header("connection"));
            assertEquals("*", response.header("access-control-allow-origin"));
        }
    }

    @Test
    void refusesInTheFormOfTheApiAndForEveryOrigin() {
        var response = proxy.request("GET", "/api/status", "", "Host: evil.example");
        assertEquals("malformed_request", response.error(400).string("code"));
        assertEquals("*", response.header("access-control-allow-origin"));
        assertEquals("close", response.header("connection"));
        var trace = proxy.request("TRACE", "/", "");
        assertFalse(trace.header("allow").contains("TRACE"));
        assertNull(trace.header("connection"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:3000", "127.0.0.1.nip.io"})
    void refusesAForeignHostThatPointsHere(String host) {
        try (var client = proxy.connect()) {
            client.send(lines("OPTIONS /v1/chat/completions HTTP/1.1", "Host: " + host,
                    "Origin: http://" + host, "Access-Control-Request-Method: POST"));
            assertEquals("misdirected_request", client.response().error(421).string("code"));
        }
    }

    @Test
    void acceptsAnyHostIfItListensOnAllAddresses() {
        try (var open = TestProxy.before(upstream, "HOST=0.0.0.0"); var client = open.connect()) {
            client.send(lines("GET /api/status HTTP/1.1", "Host: chat.example.com"));
            assertEquals(200, client.response().status());
            client.send(lines("GET /api/status HTTP/1.1", "Host: chat.example.com/x"));
            assertEquals(400, client.response().status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: keep-alive"})
    void streamsToAnHttp10ClientUntilTheConnectionEnds(String field) {
        try (var client = proxy.connect()) {
            client.send("POST /v1/chat/completions HTTP/1.0\r\n" + TestProxy.KEY + "\r\n"
                    + LENGTH + Chats.STREAM.length() + "\r\n"
                    + (field.isEmpty() ? "" : field + "\r\n") + "\r\n" + Chats.STREAM);
            var head = client.responseWithoutBody();
            assertEquals(200, head.status());
            assertNull(head.header("transfer-encoding"));
            assertEquals("close", head.header("connection"));
            assertTrue(client.rest().endsWith("data: [DONE]\n\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json; charset=utf-16", "text/plain;charset=\"latin1\"",
        "application/json;a=b; Charset=ISO-8859-1"})
    void refusesAnotherCharset(String type) {
        assertEquals("unsupported_charset", typed(type).error(415).string("code"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json; charset=utf-8", "text/plain; charset=\"UTF-8\"",
        "application/x-www-form-urlencoded", "text/plain", ""})
    void acceptsEveryOtherContentType(String type) {
        assertEquals(200, typed(type).status());
    }

    private static ClientResponse typed(String type) {
        return proxy.chat(Chats.WHOLE, "Content-Type: " + type);
    }

    @Test
    void escapesControlCharactersInTheAccessLog() {
        try (var own = TestProxy.before(upstream); var client = own.connect()) {
            client.send("GET\n200\u001B[2J /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
            client.response();
            assertTrue(own.accessLine().startsWith("GET?200?[2J /api/status 400 "));
        }
    }
}
