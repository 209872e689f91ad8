package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that the proxy refuses before it asks the upstream, and requests that it accepts.
final class BadRequestTest {
    private final ScriptedUpstream upstream =
            ScriptedUpstream.answering(200, Chats.completion("Hello."));

    @AfterEach
    void close() {
        upstream.close();
    }

    private static Stream<Arguments> badBodies() {
        return Stream.of(
                bad("nothing", "null", ""),
                bad("no JSON", "null", "messages"),
                bad("half of JSON", "null", "{\"messages\":[]"),
                bad("JSON and more", "null", "{\"messages\":[]}{}"),
                bad("a comma too many", "null", "{\"messages\":[],}"),
                bad("a comment", "null", "{\"messages\":[]/**/}"),
                bad("single quotes", "null", "{'messages':[]}"),
                bad("NaN", "null", "{\"messages\":[],\"x\":NaN}"),
                bad("a leading zero", "null", "{\"messages\":[],\"x\":01}"),
                bad("a raw line end", "null", "{\"messages\":[],\"x\":\"\n\"}"),
                bad("a list", "null", "[]"),
                bad("null", "null", "null"),
                bad("no messages", "\"messages\"", "{}"),
                bad("messages as text", "\"messages\"", "{\"messages\":\"Hi\"}"),
                bad("messages as object", "\"messages\"", "{\"messages\":{}}"),
                bad("messages null", "\"messages\"", "{\"messages\":null}"),
                bad("the last messages", "\"messages\"", "{\"messages\":[],\"messages\":1}"),
                bad("stream as text", "\"stream\"", "{\"messages\":[],\"stream\":\"true\"}"),
                bad("stream as number", "\"stream\"", "{\"messages\":[],\"stream\":1}"),
                bad("stream as list", "\"stream\"", "{\"messages\":[],\"stream\":[true]}"),
                bad("513 deep", "null", nested(513)),
                bad("100,000 deep", "null", nested(100_000)),
                bad("objects 100,000 deep", "null", "{\"a\":".repeat(100_000)));
    }

    private static Arguments bad(String name, String param, String body) {
        return Arguments.of(name, param, body);
    }

    /// A chat with this nesting depth.
    private static String nested(int depth) {
        return "{\"messages\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}";
    }

    /// The limit counts the bytes of a name, not its characters.
    @ParameterizedTest
    @EnumSource(Api.class)
    void refusesAModelWhoseNameIsTooLong(Api api) {
        try (var proxy = TestProxy.before(upstream)) {
            for (var name : List.of("x".repeat(512), "x".repeat(513), "\u00e9".repeat(257))) {
                var gemini = api.target().contains("models/g");
                var target = api.target().replace("models/g", "models/"
                        + name.replace("\u00e9", "%C3%A9"));
                var body = api.request().replace("\"m\"", "\"" + name + "\"");
                var response = proxy.request("POST", gemini ? target : api.target(), body,
                        api.key());
                assertEquals(name.endsWith("x") && name.length() == 512, response.status() != 400,
                        response::text);
                assertTrue(response.status() != 400 || response.text().contains("512 bytes"));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badBodies")
    void refusesAnInvalidBody(String name, String param, String body) {
        try (var proxy = TestProxy.before(upstream)) {
            var error = proxy.chat(body).error(400);
            assertEquals(param, error.get("param").toString(), error::toString);
            assertEquals("invalid_request_error", error.string("type"));
            assertTrue(error.string("message").length() > 20, error::toString);
            assertEquals(0, upstream.count());
        }
    }

    @Test
    void refusesABodyThatIsNotUtf8() {
        for (var bytes : new byte[][] {{(byte) 0xFF}, {(byte) 0xC0, (byte) 0x80},
            {(byte) 0xED, (byte) 0xA0, (byte) 0xBD}, {(byte) 0xE2, (byte) 0x82}}) {
            var body = "{\"messages\":[],\"x\":\"????\"}".getBytes(StandardCharsets.UTF_8);
            System.arraycopy(bytes, 0, body, 19, bytes.length);
            assertEquals(400, post(body).status(), Arrays.toString(bytes));
        }
        assertEquals(400, post("{\"messages\":[]}".getBytes(StandardCharsets.UTF_16)).status());
        assertEquals(0, upstream.count());
    }

    private ClientResponse post(byte[] body) {
        try (var proxy = TestProxy.before(upstream); var client = proxy.connect()) {
            return client.request("POST", "/v1/chat/completions", body, TestProxy.KEY).response();
        }
    }

    /// An old server would stop reading here or lose the connection.
    @Test
    void servesTheNextRequestAfterARefusal() {
        try (var proxy = TestProxy.before(upstream); var client = proxy.connect()) {
            for (var body : new String[] {nested(100_000), "{}", Chats.WHOLE}) {
                client.request("POST", "/v1/chat/completions", body, TestProxy.KEY);
                assertEquals(body.equals(Chats.WHOLE) ? 200 : 400, client.response().status());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"messages\":[],\"stream\":null}", "{\"messages\":[null,1,{}]}",
        "{\"messages\":[],\"model\":7,\"temperature\":\"hot\",\"n\":-1}"})
    void passesOtherInvalidValuesToTheUpstream(String body) {
        try (var proxy = TestProxy.before(upstream)) {
            assertEquals(200, proxy.chat(body).status());
            assertEquals(200, proxy.chat(nested(512)).status());
        }
    }

    @Test
    void acceptsAnyContentType() {
        try (var proxy = TestProxy.before(upstream)) {
            assertEquals(200, proxy.chat(Chats.WHOLE, "Content-Type: text/plain").status());
            upstream.call();
            proxy.chat("\uFEFF" + Chats.WHOLE);
            assertEquals("application/json", upstream.call().headers().get("content-type"));
        }
    }

    /// The client sends its whole body before it reads, as most clients do.
    @Test
    void letsTheClientReadThatItsBodyIsTooLarge() {
        var body = "x".repeat(4_000_000);
        try (var proxy = TestProxy.before(upstream, "MAX_BODY_BYTES=1024")) {
            tooLarge(proxy.chat(body));
            try (var client = proxy.connect()) {
                client.send(RawClient.head("POST", "/v1/chat/completions", TestProxy.KEY,
                        "Transfer-Encoding: chunked") + "\r\n");
                for (int i = 0; i < 40; i++) {
                    client.send(Integer.toHexString(100_000) + "\r\n" + body.substring(0, 100_000)
                            + "\r\n");
                }
                tooLarge(client.send("0\r\n\r\n").response());
            }
            assertEquals(0, upstream.count());
        }
    }

    private static void tooLarge(ClientResponse response) {
        var error = response.error(413);
        assertEquals("request_too_large", error.string("code"));
        assertTrue(error.string("message").contains("1024 bytes"), error::toString);
    }

    @Test
    void takesABodyAsLargeAsAllowed() {
        var room = 1024 - "{\"messages\":[]}".length();
        var body = "{\"messages\":[]" + " ".repeat(room) + "}";
        try (var proxy = TestProxy.before(upstream, "MAX_BODY_BYTES=1024")) {
            assertEquals(200, proxy.chat(body).status());
            tooLarge(proxy.chat(body + " "));
        }
    }

    @Test
    void answersAnExpectationBeforeTheBody() {
        try (var proxy = TestProxy.before(upstream, "MAX_BODY_BYTES=1024");
                var client = proxy.connect()) {
            client.send(RawClient.head("POST", "/v1/chat/completions", TestProxy.KEY,
                    "Expect: 100-continue", "Content-Length: " + Chats.WHOLE.length()) + "\r\n");
            assertEquals(100, client.responseWithoutBody().status());
            assertEquals(200, client.send(Chats.WHOLE).response().status());
        }
    }
}
