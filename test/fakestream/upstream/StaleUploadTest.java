package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.RawClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An upload on a connection that the upstream closes while the client pauses.
final class StaleUploadTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

    /// Answers the first request of its first connection, closes that connection in the middle of
    /// an upload, and answers any later connection.
    private static final class Upstream implements AutoCloseable {
        private final ServerSocket server;
        private final int closesAfter;
        private final CompletableFuture<String> again = new CompletableFuture<>();
        /// True once the first connection is closed in the middle of the upload; false if the
        /// upload comes on a new connection.
        private final CompletableFuture<Boolean> closed = new CompletableFuture<>();

        Upstream(int closesAfter) throws IOException {
            this.server = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
            this.closesAfter = closesAfter;
            Thread.ofVirtual().start(() -> accept(this::first));
        }

        private interface Serving {
            void serve(Socket socket) throws IOException;
        }

        private void accept(Serving serving) {
            try (var socket = server.accept()) {
                Thread.ofVirtual().start(() -> accept(this::next));
                serving.serve(socket);
            } catch (IOException _) {
                // The test is over.
            }
        }

        private void first(Socket socket) throws IOException {
            body(socket, "\r\n\r\n{}", Integer.MAX_VALUE);
            socket.getOutputStream().write(OK.getBytes(StandardCharsets.US_ASCII));
            body(socket, "\r\n0\r\n\r\n", closesAfter);
            socket.close();
            closed.complete(true);
        }

        private void next(Socket socket) throws IOException {
            closed.complete(false);
            again.complete(body(socket, "\r\n0\r\n\r\n", Integer.MAX_VALUE));
            socket.getOutputStream().write(OK.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().read();
        }

        /// Reads until `end`, until `most` bytes of the upload, or until the connection ends.
        private static String body(Socket socket, String end, int most) throws IOException {
            var text = new StringBuilder();
            var buffer = new byte[4096];
            for (int n = 0; n >= 0 && text.indexOf(end) < 0 && uploaded(text) < most;) {
                n = socket.getInputStream().read(buffer);
                text.append(new String(buffer, 0, Math.max(n, 0), StandardCharsets.US_ASCII));
            }
            return text.toString();
        }

        private static long uploaded(CharSequence text) {
            return text.chars().filter(c -> c >= 'g' && c <= 'z').count();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /// Bytes that show their position and differ from the digits of chunk sizes.
    private static String piece(int from, int length) {
        var piece = new StringBuilder();
        for (int i = from; i < from + length; i++) {
            piece.append((char) ('g' + i / 7 % 20));
        }
        return piece.toString();
    }

    private static void sendChunk(RawClient client, String piece) {
        client.send(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
    }

    /// With 60,000 bytes sent, it depends on timing whether the proxy still holds the beginning
    /// when it notices the loss.
    @ParameterizedTest
    @CsvSource({"50000,10,200", "60000,36000,200 or 502", "60000,200000,200 or 502",
        "90000,6000,502"})
    void isRepeatedWholeOrNotAtAll(int before, int after, String statuses)
            throws IOException {
        for (int i = 0; !uploads(piece(0, before + after), before, statuses); i++) {
            assertTrue(i < 20, "no connection is used again");
        }
    }

    /// @return false if the upload went out on a new connection: the JDK's client keeps the old one
    ///     a moment after the client has its answer
    private static boolean uploads(String all, int before, String statuses) throws IOException {
        try (var upstream = new Upstream(before);
                var proxy = TestProxy.before("http://127.0.0.1:" + upstream.server.getLocalPort());
                var client = RawClient.connect(proxy.port())) {
            assertEquals(200, proxy.request("POST", "/v1/embeddings", "{}", TestProxy.KEY)
                    .status());
            client.send(RawClient.head("POST", "/v1/files", TestProxy.KEY,
                    "Transfer-Encoding: chunked") + "\r\n");
            sendChunk(client, all.substring(0, before));
            if (!Waiting.done(upstream.closed, "the upload")) {
                return false;
            }
            sendChunk(client, all.substring(before));
            client.send("0\r\n\r\n");
            var response = client.response();
            assertTrue(statuses.contains("" + response.status()), response::text);
            if (response.status() == 200) {
                assertEquals(all, Waiting.done(upstream.again, "the upload")
                        .replaceFirst("(?s).*?\r\n\r\n", "").replaceAll("[^g-z]", ""));
            } else {
                assertEquals("upstream_closed", response.error(502).string("code"));
            }
            return true;
        }
    }
}
