package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that come slowly or stop.
final class SlowRequestTest {
    private static final String LENGTH = "Content-Length: 20000";
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    private final ScriptedUpstream upstream =
            ScriptedUpstream.answering(200, Chats.completion("Hello."));
    private final TestProxy proxy = TestProxy.before(upstream, "CLIENT_READ_TIMEOUT_MS=1000");

    @AfterEach
    void close() {
        proxy.close();
        upstream.close();
    }

    private RawClient begin(String target, String... fields) {
        return proxy.connect().send(RawClient.head("POST", target, fields) + TestProxy.KEY
                + "\r\n\r\n");
    }

    private void isToldThatItIsTooSlow(RawClient client, String target, String why) {
        var response = client.response();
        var error = response.error(408);
        assertEquals("request_timeout", error.string("code"));
        assertTrue(error.string("message").contains(why), error::toString);
        assertEquals("close", response.header("connection"));
        client.awaitEnd();
        var line = proxy.accessLine();
        assertTrue(line.startsWith("POST " + target + " 408 "), line);
        assertTrue(line.contains("request_timeout") && !line.contains("client left"), line);
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions," + LENGTH, "/v1/chat/completions," + CHUNKED,
        "/v1/embeddings," + LENGTH, "/v1/embeddings," + CHUNKED})
    void getAnErrorIfTheirBodyStops(String target, String framing) {
        try (var client = begin(target, framing)) {
            client.send("5\r\n{\"a\":\r\n");
            isToldThatItIsTooSlow(client, target, "no byte of the request's body came");
        }
    }

    /// A body that dribbles could otherwise hold its place for ever.
    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/embeddings"})
    void getAnErrorIfTheirBodyDribbles(String target) {
        try (var client = begin(target, LENGTH)) {
            var over = new CountDownLatch(1);
            var sender = Thread.ofVirtual().start(() -> dribble(client, over));
            isToldThatItIsTooSlow(client, target, "less than 500 bytes a second");
            over.countDown();
            join(sender);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/embeddings"})
    void mayTakeLongerThanTheTimeoutWhileBytesCome(String target) {
        var body = Chats.WHOLE.replaceFirst("\\{", "{\"x\":\"" + "x".repeat(20_000) + "\",");
        try (var client = begin(target, "Content-Length: " + body.length())) {
            var piece = body.length() / 20 + 1;
            for (int i = 0; i < body.length(); i += piece) {
                client.send(body.substring(i, Math.min(body.length(), i + piece)));
                pause(150, new CountDownLatch(1));
            }
            assertEquals(Chats.completion("Hello."), client.response().text());
            assertEquals(body.length(), upstream.call().body().length(), 20);
        }
    }

    /// The JDK's server still reads the head: there is no request yet that the proxy could answer.
    @Test
    void areCutIfTheirHeadStops() {
        try (var client = proxy.connect()) {
            var began = System.nanoTime();
            client.send("POST /v1/embeddings HTTP/1.1\r\nHost: loc");
            client.awaitEnd();
            var took = Waiting.millisSince(began);
            assertTrue(took > 980, took + " ms");
        }
    }

    /// A head that ends in time is not late, however old its connection is.
    @Test
    void areServedOnAConnectionThatIsOlderThanTheTimeout() {
        try (var client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                client.request("POST", "/v1/chat/completions", Chats.WHOLE, TestProxy.KEY);
                assertEquals(200, client.response().status());
                pause(700, new CountDownLatch(1));
            }
        }
    }

    /// Sends a byte five times a second, until it has its answer or the connection ends.
    private static void dribble(RawClient client, CountDownLatch over) {
        try {
            while (over.getCount() > 0) {
                client.send("x");
                pause(200, over);
            }
        } catch (UncheckedIOException _) {
            // The proxy closed the connection.
            over.countDown();
        }
    }

    private static void pause(int millis, CountDownLatch over) {
        try {
            over.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted in a pause", e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
