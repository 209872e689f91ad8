package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A client that reads nothing: its stream is far larger than the buffers of the kernel.
final class SlowClientTest {
    private static final String DEAF = Chats.STREAM.replace("Hi", "much");
    private static final String LARGE = Chats.event("{\"content\":\"" + "x".repeat(60_000) + "\"}");
    private static final int EVENTS = 160;

    private final CountDownLatch thought = new CountDownLatch(1);
    private final CountDownLatch stuck = new CountDownLatch(1);
    private final ScriptedUpstream upstream = ScriptedUpstream.start(this::play);

    @AfterEach
    void close() {
        upstream.close();
    }

    private void play(Call call) throws IOException {
        if (call.body().contains("much")) {
            call.begin("text/event-stream");
            for (int i = 0; i < EVENTS; i++) {
                call.chunk(LARGE);
                if (i == EVENTS / 3) {
                    stuck.countDown();
                }
            }
            call.chunk("data: [DONE]\n\n");
            call.end();
        } else {
            Waiting.open(thought);
            call.json(200, Chats.completion("Hello."));
        }
    }

    private TestProxy proxy(int writeTimeout) {
        return TestProxy.before(upstream, "COMMIT_AFTER_MS=500", "HEARTBEAT_INTERVAL_MS=500",
                "CLIENT_WRITE_TIMEOUT_MS=" + writeTimeout);
    }

    private static RawClient deaf(TestProxy proxy) {
        return RawClient.connect(proxy.port(), 4096).request("POST", "/v1/chat/completions", DEAF,
                TestProxy.KEY);
    }

    /// The proxy postpones the heartbeat of a stream that is blocked in a write, without polling.
    @Test
    void delaysNoOtherHeartbeatAndKeepsTheTimerIdle() {
        try (var proxy = proxy(60_000); var _ = deaf(proxy); var _ = deaf(proxy);
                var _ = deaf(proxy)) {
            Waiting.open(stuck);
            try (var client = proxy.stream(Chats.STREAM)) {
                var before = timerNanos();
                for (int i = 1; i <= 4; i++) {
                    var beat = client.next();
                    assertTrue(beat.isHeartbeat(), beat.text());
                    assertTrue(beat.millis() > i * 500 - 20, "beat " + i + " came after "
                            + beat.millis());
                }
                var used = (timerNanos() - before) / 1_000_000;
                assertTrue(used < 150, used + " ms of CPU in two seconds");
                thought.countDown();
                assertTrue(client.body().endsWith("data: [DONE]\n\n"));
            }
        }
    }

    @Test
    void isCutOffAfterTheWriteTimeout() {
        try (var proxy = proxy(1000); var client = deaf(proxy)) {
            var started = System.nanoTime();
            var line = proxy.accessLine();
            var took = Waiting.millisSince(started);
            assertTrue(line.startsWith("POST /v1/chat/completions 499 "), line);
            assertTrue(took > 980, took + " ms");
            upstream.call().sawClose();
            var late = SseClient.reading(client);
            assertFalse(late.ending().whole());
            assertTrue(late.body().length() < EVENTS * LARGE.length());
        }
    }

    @Test
    void isServedAsSoonAsItReads() {
        try (var proxy = proxy(1000); var client = deaf(proxy)) {
            Waiting.open(stuck);
            var slow = SseClient.reading(client);
            assertTrue(slow.ending().whole());
            assertTrue(slow.body().endsWith("data: [DONE]\n\n"));
        }
    }

    /// The time that the client takes does not count as silence of the upstream.
    @Test
    void doesNotCountAsASilentUpstream() {
        try (var proxy = TestProxy.before(upstream, "UPSTREAM_IDLE_TIMEOUT_MS=1000",
                "CLIENT_WRITE_TIMEOUT_MS=60000", "COMMIT_AFTER_MS=500",
                "HEARTBEAT_INTERVAL_MS=500"); var client = deaf(proxy);
                var clock = proxy.stream(Chats.STREAM)) {
            Waiting.open(stuck);
            for (int i = 0; i < 3; i++) {
                assertTrue(clock.next().isHeartbeat());
            }
            var late = SseClient.reading(client);
            assertTrue(late.ending().whole());
            assertTrue(late.body().endsWith("data: [DONE]\n\n"));
        }
    }

    private static long timerNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        return Stream.of(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(info -> info != null && info.getThreadName().equals("timer"))
                .mapToLong(info -> Math.max(threads.getThreadCpuTime(info.getThreadId()), 0))
                .sum();
    }
}
