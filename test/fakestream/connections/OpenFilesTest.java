package fakestream.connections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.Daemon;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The daemon with a low limit of open files. When accept() meets that limit, the JDK's server
/// spins, and any class whose loading fails then stays broken.
@EnabledOnOs(OS.LINUX)
final class OpenFilesTest {
    @TempDir
    private Path directory;

    private final CountDownLatch gate = new CountDownLatch(1);

    private void hold(Call call) throws IOException {
        Waiting.open(gate);
        call.json(200, Chats.completion("Hello."));
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 256})
    void beatsWhileMoreClientsConnectThanFit(int files) {
        try (var upstream = ScriptedUpstream.start(this::hold);
                var daemon = Daemon.startWithOpenFiles(files, directory, "--port", "0",
                        "--upstream", upstream.url(), "--set", "HEARTBEAT_INTERVAL_MS=500",
                        "--set", "COMMIT_AFTER_MS=0")) {
            var port = URI.create(daemon.url()).getPort();
            var held = fill(port);
            var crowd = Stream.generate(() -> RawClient.connect(port)).limit(2 * files).toList();
            var before = daemon.cpu();
            var began = System.nanoTime();
            while (Waiting.millisSince(began) < 2000) {
                held.forEach(client -> assertTrue(client.next().isHeartbeat()));
            }
            var spent = daemon.cpu().minus(before);
            assertTrue(spent.toMillis() < 1000, () -> "two seconds took " + spent);
            crowd.forEach(RawClient::close);
            awaitService(port);
            gate.countDown();
            held.forEach(client -> assertTrue(client.body().endsWith("data: [DONE]\n\n")));
            assertFalse(daemon.said().contains("open files"), daemon.said());
        }
    }

    /// Opens streams until the daemon refuses one with a 503.
    private static List<SseClient> fill(int port) {
        var held = new ArrayList<SseClient>();
        var next = stream(port);
        while (next.status() == 200) {
            held.add(next);
            next = stream(port);
        }
        assertEquals(503, next.status());
        next.close();
        assertFalse(held.isEmpty());
        return held;
    }

    private static SseClient stream(int port) {
        return SseClient.reading(RawClient.connect(port).request("POST", "/v1/chat/completions",
                Chats.STREAM, TestProxy.KEY));
    }

    /// The server frees the places of clients that left only when it reads from them.
    private static void awaitService(int port) {
        var began = System.nanoTime();
        while (!serves(port)) {
            assertTrue(Waiting.millisSince(began) < 10_000, "it does not recover");
        }
    }

    private static boolean serves(int port) {
        try (var client = RawClient.connect(port)) {
            return client.request("GET", "/api/status", "").response().status() == 200;
        } catch (UncheckedIOException _) {
            return false;
        }
    }

    @Test
    void warnsIfMaxStreamsExceedsTheOpenFiles() {
        try (var daemon = Daemon.startWithOpenFiles(256, directory, "--port", "0", "--set",
                "MAX_STREAMS=200")) {
            assertTrue(daemon.says(" warn ").contains("MAX_STREAMS=200"), daemon.said());
        }
    }
}
