package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.TestProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// An upstream that closes kept connections just as the next request comes, as uvicorn does after
/// five idle seconds.
final class StaleConnectionTest {
    private static final String ANSWER = Chats.completion("Hello.");

    /// Answers the first request of each connection, and closes the connection at the second.
    private static final class Closing implements AutoCloseable {
        private final ServerSocket server;
        private final List<String> requests = new CopyOnWriteArrayList<>();

        Closing() throws IOException {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::accept);
        }

        String url() {
            return "http://127.0.0.1:" + server.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    var socket = server.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException _) {
                // The test is over.
            }
        }

        private void serve(Socket socket) {
            try (socket) {
                requests.add(request(socket));
                socket.getOutputStream().write(("HTTP/1.1 200 OK\r\nContent-Length: "
                        + ANSWER.length() + "\r\n\r\n" + ANSWER).getBytes());
                if (!requests.getLast().contains("Connection: close")) {
                    requests.add(request(socket));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// Reads up to the brace that ends the body; gives an empty text if the connection ends.
        private static String request(Socket socket) throws IOException {
            var text = new StringBuilder();
            var buffer = new byte[8192];
            while (text.indexOf("}]") < 0) {
                var n = socket.getInputStream().read(buffer);
                if (n < 0) {
                    return text.toString();
                }
                text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
            }
            return text.toString();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @Test
    void repeatsARequestOnANewConnection() throws IOException {
        try (var upstream = new Closing(); var proxy = TestProxy.before(upstream.url())) {
            assertEquals(ANSWER, proxy.chat(Chats.WHOLE).text());
            assertEquals(ANSWER, proxy.chat(Chats.WHOLE).text());
            assertEquals(3, upstream.requests.size());
            assertTrue(upstream.requests.getLast().contains("Connection: close\r\n"));
        }
    }

    @Test
    void repeatsAPassedThroughRequestWithASmallBody() throws IOException {
        var body = "{\"input\":[{}]}";
        try (var upstream = new Closing(); var proxy = TestProxy.before(upstream.url())) {
            // The JDK's client may keep the connection a moment after the client has its answer.
            for (int sent = 1; upstream.requests.size() < sent; sent++) {
                var response = proxy.request("POST", "/v1/embeddings", body, TestProxy.KEY,
                        "Content-Type: application/json");
                assertEquals(200, response.status(), response::text);
                assertTrue(sent < 50, "no connection is used again");
            }
            assertTrue(upstream.requests.getLast().endsWith(body));
        }
    }
}
