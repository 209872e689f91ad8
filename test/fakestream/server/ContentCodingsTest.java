package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests and answers with a content coding.
final class ContentCodingsTest {
    private static final String ANSWER = Chats.completion("Hello.");

    @FunctionalInterface
    private interface Coder {
        OutputStream to(OutputStream coded) throws IOException;
    }

    private static byte[] coded(byte[] plain, Coder coder) {
        var coded = new ByteArrayOutputStream();
        try (var out = coder.to(coded)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return coded.toByteArray();
    }

    /// @param how `gzip`, `zlib`, `raw` for deflate data without zlib's header, or `plain`
    private static byte[] coded(String text, String how) {
        var plain = text.getBytes(StandardCharsets.UTF_8);
        return switch (how) {
            case "gzip" -> coded(plain, GZIPOutputStream::new);
            case "zlib" -> coded(plain, DeflaterOutputStream::new);
            case "raw" -> coded(plain, out -> new DeflaterOutputStream(out,
                    new Deflater(Deflater.BEST_COMPRESSION, true)));
            default -> plain;
        };
    }

    private static ClientResponse post(TestProxy proxy, String target, byte[] body,
            String... fields) {
        try (var client = proxy.connect()) {
            var all = Arrays.copyOf(fields, fields.length + 1);
            all[fields.length] = TestProxy.KEY;
            return client.request("POST", target, body, all).response();
        }
    }

    private static ClientResponse chat(TestProxy proxy, byte[] body, String... fields) {
        return post(proxy, "/v1/chat/completions", body, fields);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"identity|plain", "Identity|plain", "none|plain",
        "utf-8|plain", "UTF-8|plain", "''|plain", "gzip|gzip", "GZIP|gzip", "X-Gzip|gzip",
        "deflate|zlib", "deflate|raw", "Deflate|zlib", "gzip, identity|gzip",
        "identity,gzip|gzip", "utf-8, deflate|raw", "none;gzip|gzip"})
    void decodesTheCodingsThatClientsDecode(String coding, String how) {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "application/json",
                        coded(ANSWER, how), Stream.of(coding.split(";"))
                                .map("Content-Encoding: "::concat).toArray(String[]::new)));
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.chat(Chats.WHOLE);
            assertEquals(ANSWER, response.text());
            assertNull(response.header("content-encoding"));
            try (var client = proxy.stream(Chats.STREAM)) {
                assertEquals("Hello.", client.content());
            }
            assertEquals(200, proxy.get("/v1/models").status());
        }
    }

    @Test
    void decodesOneCodingAfterTheOther() {
        var twice = coded(coded(ANSWER, "zlib"), GZIPOutputStream::new);
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "application/json",
                        twice, "Content-Encoding: deflate, gzip"));
                var proxy = TestProxy.before(upstream)) {
            assertEquals(ANSWER, proxy.chat(Chats.WHOLE).text());
        }
    }

    /// An error keeps its status although its body is empty and cannot be decoded.
    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void keepsTheStatusOfAnEmptyBodyWithACoding(String coding) {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(429, "application/json",
                        "", "Content-Encoding: " + coding, "Retry-After: 7"));
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.chat(Chats.WHOLE);
            assertEquals("upstream_empty", response.error(429).string("code"));
            assertEquals("7", response.header("retry-after"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zlib", "raw", "gzip"})
    void isBadGatewayIfACodedAnswerIsCut(String how) {
        var whole = coded(ANSWER, how);
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "application/json",
                        Arrays.copyOf(whole, whole.length / 2), "Content-Encoding: "
                                + (how.equals("gzip") ? "gzip" : "deflate")));
                var proxy = TestProxy.before(upstream)) {
            assertEquals("upstream_truncated", proxy.chat(Chats.WHOLE).error(502).string("code"));
        }
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void readsTheCodedRequestsOfEachApi(Api api) {
        try (var upstream = ScriptedUpstream.answering(200, api.answer());
                var proxy = TestProxy.before(upstream, "NONSTREAM_KEEPALIVE_MS=60000");
                var plain = proxy.connect(); var coded = proxy.connect()) {
            plain.request("POST", api.target(), api.request(), api.key());
            assertEquals(200, plain.response().status());
            coded.request("POST", api.target(), coded(api.request(), "gzip"), api.key(),
                    "Content-Encoding: gzip");
            assertEquals(200, coded.response().status());
            assertEquals(upstream.call().body(), upstream.call().body());
        }
    }

    @ParameterizedTest
    @CsvSource({"gzip,gzip", "x-gzip,gzip", "GZIP,gzip", "deflate,zlib", "deflate,raw",
        "identity,plain", "'gzip, identity',gzip"})
    void readsEachCodingOfARequest(String coding, String how) {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream)) {
            assertEquals(ANSWER, chat(proxy, coded(Chats.WHOLE, how),
                    "Content-Encoding: " + coding).text());
            var call = upstream.call();
            assertEquals(Chats.WHOLE.substring(0, Chats.WHOLE.length() - 1)
                    + ",\"stream\":false}", call.body());
            assertNull(call.headers().get("content-encoding"));
        }
    }

    @Test
    void readsACodedRequestThatComesInChunks() {
        var body = coded(Chats.WHOLE, "gzip");
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream); var client = proxy.connect()) {
            client.send(RawClient.head("POST", "/v1/chat/completions", TestProxy.KEY,
                    "Content-Encoding: gzip", "Transfer-Encoding: chunked") + "\r\n"
                    + Integer.toHexString(body.length) + "\r\n");
            client.send(body).send("\r\n0\r\n\r\n");
            assertEquals(200, client.response().status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zlib", "raw"})
    void refusesACodedRequestThatBecomesTooLarge(String how) {
        var bomb = coded(" ".repeat(20_000_000) + Chats.WHOLE, how);
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream, "MAX_BODY_BYTES=100000")) {
            assertEquals("request_too_large", chat(proxy, bomb, "Content-Encoding: "
                    + (how.equals("gzip") ? "gzip" : "deflate")).error(413).string("code"));
            assertEquals(200, chat(proxy, coded(" ".repeat(99_000) + Chats.WHOLE, how),
                    "Content-Encoding: " + (how.equals("gzip") ? "gzip" : "deflate")).status());
            assertEquals(1, upstream.count());
        }
    }

    @ParameterizedTest
    @CsvSource({"gzip,plain", "deflate,plain", "gzip,zlib", "'gzip, gzip',gzip"})
    void refusesARequestThatIsNotInItsCoding(String coding, String how) {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream)) {
            assertEquals("malformed_encoding", chat(proxy, coded(Chats.WHOLE, how),
                    "Content-Encoding: " + coding).error(400).string("code"));
            var whole = coded(Chats.WHOLE, "gzip");
            chat(proxy, Arrays.copyOf(whole, whole.length - 9), "Content-Encoding: gzip")
                    .error(400);
            assertEquals(0, upstream.count());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "br", "compress", "gzip, zstd", "ZSTD"})
    void namesTheUnknownCodingAndTheSupportedOnes(String coding) {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream)) {
            var response = chat(proxy, coded(Chats.WHOLE, "gzip"), "Content-Encoding: " + coding);
            var message = response.error(415).string("message");
            var name = coding.substring(coding.lastIndexOf(' ') + 1).toLowerCase();
            assertTrue(message.contains(name), message);
            assertEquals("gzip, deflate", response.header("accept-encoding"));
            assertEquals(0, upstream.count());
        }
    }

    @Test
    void doesNotRepeatACodingThatIsNoToken() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream)) {
            var error = chat(proxy, coded(Chats.WHOLE, "gzip"), "Content-Encoding: <b>x</b>")
                    .error(415);
            assertTrue(!error.toString().contains("<b>"), error::toString);
        }
    }

    /// A passed-through body keeps its bytes and its content coding, whether or not the proxy can
    /// decode it.
    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void passesABodyThroughInItsCoding(String coding) {
        var bytes = coded(Chats.WHOLE, "gzip");
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "application/json",
                        bytes, "Content-Encoding: " + coding));
                var proxy = TestProxy.before(upstream)) {
            var response = post(proxy, "/v1/embeddings", "{}".getBytes(StandardCharsets.UTF_8),
                    "Content-Encoding: " + coding);
            assertArrayEquals(bytes, response.body());
            assertEquals(coding, response.header("content-encoding"));
            var call = upstream.call();
            assertEquals("{}", call.body());
            assertEquals(coding, call.headers().get("content-encoding"));
        }
    }

    @Test
    void keepsTheStatusOfAnErrorThatItCannotDecode() {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(429, "application/json",
                        new byte[] {27, 1, 2}, "Content-Encoding: br", "Retry-After: 7"));
                var proxy = TestProxy.before(upstream)) {
            for (var request : new String[] {Chats.WHOLE, Chats.STREAM}) {
                var response = proxy.chat(request);
                assertEquals("the upstream answered 429 with a body that is not JSON: (br)",
                        response.error(429).string("message"));
                assertEquals("7", response.header("retry-after"));
            }
        }
    }
}
