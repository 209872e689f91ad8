package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/// What a client of any API gets if its upstream is busy, before and after the stream begins.
final class UpstreamErrors {
    static final String BUSY = "{\"error\":{\"message\":\"Slow.\",\"type\":"
            + "\"rate_limit_error\",\"param\":null,\"code\":\"slow\"}}";

    private UpstreamErrors() {
    }

    /// @param asking sends the request
    static void keepsAnEarlyError(Function<TestProxy, SseClient> asking) {
        try (var upstream = ScriptedUpstream.answering(429, BUSY, "Retry-After: 7");
                var proxy = TestProxy.before(upstream); var client = asking.apply(proxy)) {
            assertEquals(429, client.status());
            assertEquals("7", client.headers().get("retry-after"));
            assertEquals(BUSY, client.body());
        }
    }

    /// @param asking sends a request for a stream
    static void tellsALateError(Function<TestProxy, SseClient> asking) {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(429, BUSY);
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=20",
                        "HEARTBEAT_INTERVAL_MS=500");
                var client = asking.apply(proxy)) {
            assertTrue(client.next().isHeartbeat());
            gate.countDown();
            assertFalse(client.ending().whole());
            assertEquals("Slow.", client.error().string("message"));
        }
    }
}
