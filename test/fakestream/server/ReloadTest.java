package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// New settings for a running proxy.
final class ReloadTest {
    @Test
    void servesNewRequestsWithNewSettingsAndOpenOnesWithOld() {
        var gate = new CountDownLatch(1);
        try (var before = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, Chats.completion("before"));
                });
                var after = ScriptedUpstream.answering(200, Chats.completion("after"));
                var proxy = TestProxy.before(before, "COMMIT_AFTER_MS=0");
                var open = proxy.stream(Chats.STREAM)) {
            assertTrue(open.next().isHeartbeat());
            proxy.server().reload(Config.of(Map.of("SOURCE_API_URL", after.url())));
            assertEquals(after.url() + "/v1", proxy.server().upstreamUrl());
            try (var next = proxy.stream(Chats.STREAM)) {
                assertEquals("after", next.content());
            }
            gate.countDown();
            assertEquals("before", open.content());
            assertTrue(open.ending().whole());
        }
    }

    @Test
    void endsStreamsOfOldSettingsOnShutdown() throws InterruptedException {
        try (var before = ScriptedUpstream.start(call -> call.sawClose());
                var proxy = TestProxy.before(before, "COMMIT_AFTER_MS=0");
                var open = proxy.stream(Chats.STREAM)) {
            assertTrue(open.next().isHeartbeat());
            before.call();
            proxy.server().reload(Config.of(Map.of("SOURCE_API_URL", before.url())));
            proxy.server().shutDown(Duration.ZERO);
            assertEquals("server_shutdown", open.error().string("code"));
        }
    }
}
