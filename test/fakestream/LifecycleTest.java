package fakestream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.config.LogLevel;
import fakestream.telemetry.Log;
import fakestream.testing.Chats;
import fakestream.testing.Daemon;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The effects of signals on the process.
final class LifecycleTest {
    @TempDir
    private Path directory;

    private void settings(String... lines) throws IOException {
        Files.writeString(directory.resolve("proxy.properties"), "PORT=0\n"
                + String.join("\n", lines) + "\n");
    }

    private static SseClient stream(Daemon daemon) {
        return stream(port(daemon));
    }

    private static SseClient stream(int port) {
        return SseClient.reading(RawClient.connect(port).request("POST",
                "/v1/chat/completions", Chats.STREAM, TestProxy.KEY));
    }

    private static int port(Daemon daemon) {
        var line = daemon.says("listening on ");
        return URI.create(line.replaceFirst(".* listening on (\\S+), asking .*", "$1")).getPort();
    }

    @Test
    void finishesOpenStreamsOnSigterm() throws IOException {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, Chats.completion("Hello."));
                })) {
            settings("SOURCE_API_URL=" + upstream.url(), "COMMIT_AFTER_MS=0");
            try (var daemon = Daemon.start(directory); var client = stream(daemon)) {
                assertTrue(client.next().isHeartbeat());
                daemon.signal("TERM");
                daemon.says("stopping: open requests may go on for 30000 ms");
                gate.countDown();
                assertEquals("Hello.", client.content());
                assertTrue(client.ending().whole());
                assertEquals(0, daemon.exitCode(), daemon.said());
            }
        }
    }

    @Test
    void sendsAnErrorToStreamsThatOutlastTheGrace() throws IOException {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose())) {
            settings("SOURCE_API_URL=" + upstream.url(), "COMMIT_AFTER_MS=0",
                    "SHUTDOWN_GRACE_MS=300");
            try (var daemon = Daemon.start(directory); var client = stream(daemon)) {
                assertTrue(client.next().isHeartbeat());
                daemon.signal("INT");
                assertEquals("server_shutdown", client.error().string("code"));
                assertEquals(0, daemon.exitCode(), daemon.said());
            }
        }
    }

    @Test
    void stopsAtOnceAtASecondSignal() throws IOException {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose())) {
            settings("SOURCE_API_URL=" + upstream.url(), "COMMIT_AFTER_MS=0");
            try (var daemon = Daemon.start(directory); var client = stream(daemon)) {
                assertTrue(client.next().isHeartbeat());
                daemon.signal("TERM");
                daemon.says("stopping: ");
                daemon.signal("TERM");
                assertEquals(143, daemon.exitCode(), daemon.said());
                assertFalse(client.ending().whole());
            }
        }
    }

    @Test
    void reloadsItsSettingsAndKeepsTheOldOnesIfTheyAreInvalid() throws IOException {
        try (var before = ScriptedUpstream.answering(200, Chats.completion("before"));
                var after = ScriptedUpstream.answering(200, Chats.completion("after"))) {
            settings("SOURCE_API_URL=" + before.url());
            try (var daemon = Daemon.start(directory)) {
                var port = port(daemon);
                settings("SOURCE_API_URL=ftp://x", "RETRY_MAX=many");
                daemon.signal("HUP");
                var line = daemon.says("the settings stay as they were");
                assertTrue(line.contains("SOURCE_API_URL") && line.contains("RETRY_MAX"), line);
                assertEquals("before", ask(port));
                settings("SOURCE_API_URL=" + after.url(), "HOST=127.0.0.2");
                daemon.signal("HUP");
                assertTrue(daemon.says("HOST").contains("changes only with a restart"));
                daemon.says("the settings were read again, asking " + after.url());
                assertEquals("after", ask(port));
                assertEquals(0, daemon.stop());
            }
        }
    }

    /// A signal that comes while the settings are read may be for a newer file: the daemon reads
    /// once more afterwards, for any number of these signals.
    @Test
    void readsOnceMoreAfterSignalsDuringAReading() throws InterruptedException {
        var reading = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        var readings = new AtomicInteger();
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            var lifecycle = new Lifecycle(proxy.server(), Config.of(Map.of()), () -> {
                var nth = readings.incrementAndGet();
                if (nth == 1) {
                    reading.countDown();
                    Waiting.open(gate);
                }
                return Config.of(Map.of("SOURCE_API_URL", "http://127.0.0.1/" + nth));
            }, new Log(LogLevel.ERROR, System.out, System.err));
            var first = Thread.ofVirtual().start(lifecycle::reload);
            Waiting.open(reading);
            lifecycle.reload();
            lifecycle.reload();
            gate.countDown();
            first.join();
            asks(proxy, "http://127.0.0.1/2");
            assertEquals(2, readings.get());
            lifecycle.reload();
            asks(proxy, "http://127.0.0.1/3");
        }
    }

    /// A bug ends one reading, but no later reading.
    @Test
    void readsAgainAfterABug() {
        var readings = new AtomicInteger();
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            var said = new ByteArrayOutputStream();
            var lifecycle = new Lifecycle(proxy.server(), Config.of(Map.of()), () -> {
                if (readings.getAndIncrement() == 0) {
                    throw new IllegalStateException("a bug");
                }
                return Config.of(Map.of("SOURCE_API_URL", "http://127.0.0.1/next"));
            }, new Log(LogLevel.ERROR, System.out, new PrintStream(said)));
            lifecycle.reload();
            assertTrue(said.toString().contains("reading the settings: "), said::toString);
            lifecycle.reload();
            asks(proxy, "http://127.0.0.1/next");
        }
    }

    private static void asks(TestProxy proxy, String upstream) {
        var url = proxy.server().upstreamUrl();
        assertTrue(url.startsWith(upstream), url);
    }

    private static String ask(int port) {
        try (var client = stream(port)) {
            return client.content();
        }
    }
}
