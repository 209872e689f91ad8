package fakestream.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.telemetry.Scrape;
import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that wait for memory. Of one MiB, the reserve for requests is 262,143 bytes. A body of
/// 87,381 bytes fits into it, and one of 29,127 beside it.
final class RequestMemoryTest {
    private static final String GOOD = Chats.completion("Hello.");
    private static final String CHAT = "/v1/chat/completions";

    private final CountDownLatch gate = new CountDownLatch(1);
    private final ScriptedUpstream upstream = ScriptedUpstream.start(this::answer);
    private final TestProxy proxy = TestProxy.before(upstream, "BODY_MEMORY_MIB=1",
            "METRICS=true", "CLIENT_READ_TIMEOUT_MS=1000", "STREAM_MODE=auto");

    @AfterEach
    void close() {
        gate.countDown();
        proxy.close();
        upstream.close();
    }

    private void answer(Call call) throws IOException {
        if (call.body().contains("\"later\"")) {
            Waiting.open(gate);
        }
        if (call.body().contains("\"stream\":true")) {
            call.json(400, Chats.error("invalid_request_error", "null",
                    "'stream' is not supported"));
        } else {
            call.json(200, GOOD);
        }
    }

    private static String body(int length) {
        var empty = Chats.WHOLE.replace("Hi", "");
        return Chats.WHOLE.replace("Hi", "x".repeat(length - empty.length()));
    }

    private double figure(String name) {
        return Scrape.of(proxy.request("GET", "/metrics", "").text())
                .value("fakestream_memory_" + name + "{kind=\"request\"}");
    }

    private void awaitFigure(String name, double value) {
        var until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (figure(name) != value) {
            assertTrue(System.nanoTime() < until, () -> name + " is " + figure(name));
        }
    }

    private RawClient post(byte[] body, String... fields) {
        return proxy.connect().request("POST", CHAT, body, withKey(fields));
    }

    private RawClient post(String body) {
        return post(body.getBytes(StandardCharsets.UTF_8));
    }

    private static String[] withKey(String... fields) {
        return fields.length == 0 ? new String[] {TestProxy.KEY}
                : new String[] {TestProxy.KEY, fields[0]};
    }

    /// A client that sends as slowly as it may and holds the reserve.
    private final class SlowClient implements AutoCloseable {
        private final RawClient connection = proxy.connect();
        private final CountDownLatch hurry = new CountDownLatch(1);
        private final Thread sender;

        SlowClient() {
            var body = body(80_000);
            connection.send(RawClient.head("POST", CHAT, TestProxy.KEY,
                    "Content-Length: " + body.length()) + "\r\n");
            sender = Thread.ofVirtual().start(() -> send(body));
            awaitFigure("bytes", 3 * body.length());
        }

        private void send(String body) {
            var sent = 0;
            try {
                while (!isOpen(hurry)) {
                    connection.send(body.substring(sent, sent + 200));
                    sent += 200;
                }
                connection.send(body.substring(sent));
            } catch (UncheckedIOException _) {
                // The test or the proxy is over.
            }
        }

        private void finish() throws InterruptedException {
            hurry.countDown();
            sender.join();
            assertEquals(GOOD, connection.response().text());
        }

        private void leave() {
            close();
        }

        @Override
        public void close() {
            hurry.countDown();
            connection.close();
        }
    }

    private static boolean isOpen(CountDownLatch gate) {
        try {
            return gate.await(100, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// While a request waits for memory, the time does not count as the client's slowness.
    @Test
    void waitForTheirTurnWithoutTimingOut() throws InterruptedException {
        try (var slow = new SlowClient(); var waiting = post(body(60_000))) {
            awaitFigure("waiting", 1);
            for (int i = 0; i < 20; i++) {
                assertEquals(GOOD, proxy.chat(body(1000)).text());
                assertTrue(!isOpen(gate));
            }
            assertEquals(1, figure("waiting"));
            slow.finish();
            assertEquals(GOOD, waiting.response().text());
            assertEquals(21 + 1, upstream.count());
        }
        awaitFigure("bytes", 0);
        assertTrue(figure("wait_seconds_total") > 1.5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "chunked", "gzip"})
    void areRefusedIfTheyCanNeverFit(String coding) throws IOException {
        var body = body(90_000);
        try (var client = switch (coding) {
            case "plain" -> post(body);
            case "gzip" -> post(gzip(body), "Content-Encoding: gzip");
            default -> proxy.connect().send(RawClient.head("POST", CHAT, TestProxy.KEY,
                    "Transfer-Encoding: chunked") + "\r\n15f90\r\n" + body + "\r\n0\r\n\r\n");
        }) {
            var error = client.response().error(413);
            assertEquals("request_too_large", error.string("code"));
            assertEquals("the request's body is larger than 87381 bytes, the longest that fits "
                    + "into the memory for requests (BODY_MEMORY_MIB)", error.string("message"));
        }
        awaitFigure("bytes", 0);
        assertEquals(0, upstream.count());
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void stopWaitingWhenTheirClientLeaves() throws InterruptedException {
        try (var slow = new SlowClient(); var waiting = post(body(60_000))) {
            awaitFigure("waiting", 1);
            waiting.leave();
            awaitFigure("waiting", 0);
            slow.finish();
        }
        awaitFigure("bytes", 0);
    }

    @Test
    void endWithTheProxy() throws InterruptedException {
        try (var slow = new SlowClient(); var waiting = post(body(60_000))) {
            awaitFigure("waiting", 1);
            Thread.ofVirtual().start(() -> {
                try {
                    proxy.server().shutDown(Duration.ZERO);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            assertEquals("server_shutdown", waiting.response().error(503).string("code"));
            slow.leave();
        }
    }

    /// While the upstream works, the proxy holds only what it sends; once the upstream answers,
    /// nothing.
    @ParameterizedTest
    @ValueSource(strings = {"", ",\"stream\":true"})
    void holdOnlyTheMemoryThatTheyNeed(String stream) {
        var body = body(60_000).replace("\"m\"", "\"later\"").replaceFirst("}$", stream + "}");
        try (var client = post(body)) {
            var sent = upstream.call().body().length();
            awaitFigure("bytes", stream.isEmpty() ? sent : 3 * body.length());
            gate.countDown();
            assertEquals(200, client.response().status());
            awaitFigure("bytes", 0);
        }
    }
}
