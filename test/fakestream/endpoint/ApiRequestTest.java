package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.RawClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The memory that a request takes while its answer is pending.
final class ApiRequestTest {
    private static final int LENGTH = 24 * 1024 * 1024;

    /// The proxy keeps the request once, as the bytes that a retry would send.
    @ParameterizedTest
    @ValueSource(strings = {"fake", "real", "auto"})
    void keepsALongRequestOnce(String mode) throws IOException {
        keepsOnce(mode, "/v1/chat/completions", "application/json", """
                {"model":"m","stream":true,"messages":[{"role":"user","content":"%s"}]}""");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fake", "real", "auto"})
    void keepsALongFormOnce(String mode) throws IOException {
        var part = "--b\r\nContent-Disposition: form-data; name=";
        keepsOnce(mode, "/v1/images/edits", "multipart/form-data; boundary=b", part
                + "stream\r\n\r\ntrue\r\n" + part + "image; filename=a\r\n\r\n%s\r\n--b--\r\n");
    }

    private static void keepsOnce(String mode, String path, String type, String body)
            throws IOException {
        var sent = new CountDownLatch(1);
        try (var upstream = silentUpstream(sent);
                var proxy = TestProxy.before("http://127.0.0.1:" + upstream.getLocalPort(),
                        "STREAM_MODE=" + mode);
                var client = RawClient.connect(proxy.port())) {
            var before = used();
            client.request("POST", path, body.formatted("x".repeat(LENGTH)), TestProxy.KEY,
                    "Content-Type: " + type);
            Waiting.open(sent);
            var kept = used() - before;
            assertTrue(kept < LENGTH * 3L / 2, kept + " bytes are kept of " + LENGTH);
        }
    }

    /// The least of ten readings, because objects of other threads are not free at once.
    private static long used() {
        return LongStream.generate(() -> {
            System.gc();
            return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        }).limit(10).min().orElseThrow();
    }

    /// Reads one request without keeping it, and never answers.
    private static ServerSocket silentUpstream(CountDownLatch sent) throws IOException {
        var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try (var socket = server.accept()) {
                var in = socket.getInputStream();
                long read = 0;
                for (var some = new byte[64 * 1024]; read < LENGTH; ) {
                    read += in.read(some);
                }
                sent.countDown();
                in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return server;
    }
}
