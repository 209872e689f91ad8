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
        var sent = new CountDownLatch(1);
        try (var upstream = silentUpstream(sent);
                var proxy = TestProxy.before("http://127.0.0.1:" + upstream.getLocalPort(),
                        "STREAM_MODE=" + mode);
                var client = RawClient.connect(proxy.port())) {
            var before = used();
            ask(client);
            Waiting.open(sent);
            var kept = used() - before;
            assertTrue(kept < LENGTH * 3L / 2, kept + " bytes are kept of " + LENGTH);
        }
    }

    private static void ask(RawClient client) {
        client.request("POST", "/v1/chat/completions", """
                {"model":"m","stream":true,"messages":[{"role":"user","content":"%s"}]}"""
                .formatted("x".repeat(LENGTH)), TestProxy.KEY, "Content-Type: application/json");
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
