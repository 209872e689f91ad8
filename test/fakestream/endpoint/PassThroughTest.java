package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Other requests and answers pass through unread, unchanged and at once.
final class PassThroughTest {
    private static final byte[] BINARY = new byte[100_000];
    private static final String JSON = "{ \"input\" : \"x\",\"n\":1.0e0,\"n\":2 }\n";
    private static final int MEBIBYTE = 1024 * 1024;

    static {
        new Random(7).nextBytes(BINARY);
    }

    private final CountDownLatch gate = new CountDownLatch(1);

    private static ScriptedUpstream fine() {
        return ScriptedUpstream.answering(200, "{\"ok\":true}");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String chunked(String... parts) {
        var body = new StringBuilder();
        for (var part : parts) {
            body.append(Integer.toHexString(part.length())).append("\r\n").append(part)
                    .append("\r\n");
        }
        return body.toString();
    }

    /// The upstream's side of one upload, byte by byte. It holds all bytes up to the expected end.
    private static final class UploadPublisher implements AutoCloseable {
        private final ServerSocket server;
        private final CompletableFuture<String> whole = new CompletableFuture<>();

        /// @param first the bytes whose arrival counts down `onFirst`
        /// @param last the bytes after which the upstream answers
        UploadPublisher(String first, CountDownLatch onFirst, String last) {
            try {
                server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Thread.ofVirtual().start(() -> receive(first, onFirst, last));
        }

        private void receive(String first, CountDownLatch onFirst, String last) {
            try (var socket = server.accept()) {
                var seen = new ByteArrayOutputStream();
                until(first, socket.getInputStream(), seen);
                onFirst.countDown();
                until(last, socket.getInputStream(), seen);
                socket.getOutputStream().write(bytes("HTTP/1.1 204 No Content\r\n\r\n"));
                whole.complete(seen.toString(StandardCharsets.ISO_8859_1));
            } catch (IOException | RuntimeException e) {
                whole.completeExceptionally(e);
            }
        }

        private static void until(String end, InputStream in, ByteArrayOutputStream seen)
                throws IOException {
            var buffer = new byte[64 * 1024];
            while (!seen.toString(StandardCharsets.ISO_8859_1).contains(end)) {
                var n = in.read(buffer);
                if (n < 0) {
                    throw new IOException("the connection ended before " + end);
                }
                seen.write(buffer, 0, n);
            }
        }

        String url() {
            return "http://127.0.0.1:" + server.getLocalPort();
        }

        String whole() {
            return Waiting.done(whole, "the whole upload");
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    void passesAnyMethod(String method) {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            var response = proxy.request(method, "/v1/batches/b%2F1?limit=2&after=%20x&flag",
                    method.equals("GET") ? "" : JSON, TestProxy.KEY);
            assertEquals(200, response.status());
            assertEquals("{\"ok\":true}", response.text());
            var call = upstream.call();
            assertEquals(method + " /v1/batches/b%2F1?limit=2&after=%20x&flag HTTP/1.1",
                    call.requestLine());
            assertEquals(method.equals("GET") ? "" : JSON, call.body());
        }
    }

    @Test
    void passesPathsUnderBothVersions() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            proxy.request("POST", "/v1/embeddings", JSON, TestProxy.KEY);
            proxy.request("POST", "/v1beta/models/g:countTokens", JSON, TestProxy.KEY);
            assertEquals("POST /v1/embeddings HTTP/1.1", upstream.call().requestLine());
            assertEquals("POST /v1beta/models/g:countTokens HTTP/1.1",
                    upstream.call().requestLine());
        }
    }

    @Test
    void passesAMultipartUploadByteForByte() throws IOException {
        var file = Arrays.copyOf(BINARY, 2 * MEBIBYTE);
        var begin = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n";
        var end = "\r\n--b--\r\n";
        var body = new ByteArrayOutputStream();
        body.writeBytes(bytes(begin));
        body.writeBytes(file);
        body.writeBytes(bytes(end));
        try (var upload = new UploadPublisher(begin, gate, end);
                var proxy = TestProxy.before(upload.url()); var client = proxy.connect()) {
            client.request("POST", "/v1/files", body.toByteArray(), TestProxy.KEY,
                    "Content-Type: multipart/form-data; boundary=b");
            assertEquals(204, client.responseWithoutBody().status());
            var parts = upload.whole().split("\r\n\r\n", 2);
            var head = parts[0].toLowerCase();
            assertArrayEquals(body.toByteArray(), parts[1].getBytes(StandardCharsets.ISO_8859_1));
            assertTrue(head.contains("content-type: multipart/form-data; boundary=b"), head);
            assertTrue(head.contains("content-length: " + body.size()), head);
            assertFalse(head.contains("transfer-encoding"), head);
        }
    }

    @Test
    void sendsALongUploadWhileItComes() throws IOException {
        try (var upload = new UploadPublisher("first", gate, "\r\n0\r\n\r\n");
                var proxy = TestProxy.before(upload.url()); var client = proxy.connect()) {
            client.send(RawClient.head("POST", "/v1/files", TestProxy.KEY,
                    "Transfer-Encoding: chunked") + "\r\n" + chunked("x".repeat(70_000) + "first"));
            Waiting.open(gate);
            client.send(chunked("second") + "0\r\n\r\n");
            assertEquals(204, client.responseWithoutBody().status());
            var head = upload.whole().toLowerCase();
            assertTrue(head.contains("transfer-encoding: chunked"), head);
            assertTrue(head.contains("second"), head);
        }
    }

    @Test
    void passesABinaryAnswerByteForByte() {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "audio/mpeg", BINARY));
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.request("POST", "/v1/audio/speech", JSON, TestProxy.KEY);
            assertArrayEquals(BINARY, response.body());
            assertEquals("audio/mpeg", response.header("content-type"));
            assertEquals(String.valueOf(BINARY.length), response.header("content-length"));
            assertNull(response.header("transfer-encoding"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 206, 302, 400, 401, 404, 409, 429, 500, 529})
    void passesStatusAndBodyUnchanged(int status) {
        try (var upstream = ScriptedUpstream.start(call ->
                    call.answer(status, "text/html", "<h1>Hi</h1>", "Location: https://b.example"));
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.get("/v1/files/f/content");
            assertEquals(status, response.status());
            assertEquals("<h1>Hi</h1>", response.text());
            assertEquals("text/html", response.header("content-type"));
            assertEquals("nosniff", response.header("x-content-type-options"));
            // The header has a meaning only in a redirect, if the client is to follow it.
            assertEquals(status == 302 ? "https://b.example" : null, response.header("location"));
        }
    }

    @Test
    void passesEachPieceBeforeTheAnswerEnds() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("text/event-stream; charset=utf-8");
                    call.chunk("data: half");
                    Waiting.open(gate);
                    call.chunk("\n\n");
                    call.end();
                });
                var proxy = TestProxy.before(upstream);
                var client = SseClient.reading(proxy.connect().request("POST",
                        "/v1/images/variations", Chats.STREAM, TestProxy.KEY))) {
            assertEquals("data: half", client.next().text());
            assertEquals("text/event-stream; charset=utf-8", client.headers().get("content-type"));
            gate.countDown();
            assertEquals("data: half\n\n", client.body());
            assertTrue(client.ending().whole());
        }
    }

    /// The upstream sends the second half after the client has read the whole first half. That half
    /// is larger than all buffers between them.
    @Test
    void passesALargeBodyWithoutBufferingIt() {
        var part = "x".repeat(MEBIBYTE);
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("application/octet-stream");
                    for (int i = 0; i < 20; i++) {
                        call.chunk(part);
                    }
                    Waiting.open(gate);
                    call.chunk(part);
                    call.end();
                });
                var proxy = TestProxy.before(upstream);
                var client = SseClient.reading(proxy.connect().request("GET",
                        "/v1/files/f/content", "", TestProxy.KEY))) {
            for (int read = 0; read < 20 * MEBIBYTE;) {
                read += client.next().text().length();
            }
            gate.countDown();
            assertEquals(part, client.body().substring(20 * MEBIBYTE));
            assertTrue(client.ending().whole());
        }
    }

    @ParameterizedTest
    @CsvSource({"204", "304"})
    void passesAnAnswerThatHasNoBody(int status) {
        try (var upstream = ScriptedUpstream.start(call -> call.head(status, "ETag: \"e\""));
                var proxy = TestProxy.before(upstream); var client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                client.request("GET", "/v1/files/f/content", "", TestProxy.KEY,
                        "If-None-Match: \"e\"");
                var response = client.responseWithoutBody();
                assertEquals(status, response.status());
                assertEquals("\"e\"", response.header("etag"));
                assertNull(response.header("transfer-encoding"));
                assertEquals("\"e\"", upstream.call().headers().get("if-none-match"));
            }
        }
    }

    @Test
    void passesTheHeadersOfAHead() {
        try (var upstream = ScriptedUpstream.start(call -> call.head(200, "Content-Length: 12345",
                    "Content-Type: audio/mpeg", "Accept-Ranges: bytes"));
                var proxy = TestProxy.before(upstream); var client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                client.request("HEAD", "/v1/files/f/content", "", TestProxy.KEY);
                var response = client.responseWithoutBody();
                assertEquals(200, response.status());
                assertEquals("12345", response.header("content-length"));
                assertEquals("audio/mpeg", response.header("content-type"));
                assertEquals("bytes", response.header("accept-ranges"));
                assertTrue(upstream.call().requestLine().startsWith("HEAD "));
            }
        }
    }

    @Test
    void passesAnEmptyAnswer() {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "text/plain", ""));
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.get("/v1/files/f/content");
            assertEquals(200, response.status());
            assertEquals("", response.text());
        }
    }
}
