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
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An upload on a connection that the upstream closes, while its client pauses.
final class StaleUploadTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

    /// Answers a first request, closes the connection in the middle of an upload, and takes what
    /// comes on the next connection.
    private static final class Upstream implements AutoCloseable {
        private final ServerSocket server;
        private final int closesAfter;
        private final CountDownLatch closed = new CountDownLatch(1);
        private final CompletableFuture<String> again = new CompletableFuture<>();

        Upstream(int closesAfter) throws IOException {
            this.server = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
            this.closesAfter = closesAfter;
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            try {
                try (var first = server.accept()) {
                    body(first, "\r\n\r\n{}", Integer.MAX_VALUE);
                    first.getOutputStream().write(OK.getBytes(StandardCharsets.US_ASCII));
                    body(first, "\r\n0\r\n\r\n", closesAfter);
                }
                closed.countDown();
                try (var next = server.accept()) {
                    again.complete(body(next, "\r\n0\r\n\r\n", Integer.MAX_VALUE));
                    next.getOutputStream().write(OK.getBytes(StandardCharsets.US_ASCII));
                    next.getInputStream().read();
                }
            } catch (IOException _) {
                // The test is over.
            }
        }

        /// Up to this end, or to so many bytes of what was uploaded; the end of the connection is
        /// one too.
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

    /// Bytes that are told apart by their place, and from the sizes of chunks.
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

    /// Whether the beginning of one of 60,000 bytes is still there depends on how soon the loss
    /// shows.
    @ParameterizedTest
    @CsvSource({"1000,10,200", "60000,36000,200 or 502", "60000,200000,200 or 502",
        "90000,6000,502"})
    void isSentOnceMoreAsAWholeOrNotAtAll(int before, int after, String statuses)
            throws IOException {
        var all = piece(0, before + after);
        try (var upstream = new Upstream(before);
                var proxy = TestProxy.before("http://127.0.0.1:" + upstream.server.getLocalPort());
                var client = RawClient.connect(proxy.port())) {
            assertEquals(200, proxy.request("POST", "/v1/embeddings", "{}", TestProxy.KEY)
                    .status());
            client.send(RawClient.head("POST", "/v1/files", TestProxy.KEY,
                    "Transfer-Encoding: chunked") + "\r\n");
            sendChunk(client, all.substring(0, before));
            Waiting.open(upstream.closed);
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
        }
    }
}
