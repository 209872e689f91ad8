package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The shutdown of the proxy: each client gets a response before its connection ends.
final class ShutdownTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private static CompletableFuture<Boolean> shutDown(TestProxy proxy, Duration grace) {
        var result = new CompletableFuture<Boolean>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(proxy.server().shutDown(grace));
            } catch (InterruptedException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    @Test
    void refusesNewRequestsAndFinishesOpenOnes() {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, Chats.completion("Hello."));
                });
                var proxy = TestProxy.before(upstream, "HEARTBEAT_INTERVAL_MS=500");
                var open = proxy.stream(Chats.STREAM);
                var kept = proxy.connect()) {
            assertTrue(open.next().isHeartbeat());
            kept.request("GET", "/api/status", "").response();
            var down = shutDown(proxy, LONG);
            var refused = refusal(proxy);
            assertEquals("server_shutdown", refused.error(503).string("code"));
            assertEquals("close", refused.header("connection"));
            assertEquals("1", refused.header("retry-after"));
            assertEquals("*", refused.header("access-control-allow-origin"));
            assertEquals(503, kept.request("GET", "/api/status", "").response().status());
            gate.countDown();
            assertEquals("Hello.", open.content());
            assertTrue(open.ending().whole());
            assertTrue(Waiting.done(down, "the end"));
        }
    }

    /// The proxy may still serve the first requests, until its shutdown has begun.
    private static ClientResponse refusal(TestProxy proxy) {
        var response = proxy.get("/api/status");
        while (response.status() == 200) {
            response = proxy.get("/api/status");
        }
        return response;
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void sendsAnErrorToOpenStreams(Api api) {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose());
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=0");
                var stream = api.stream(proxy)) {
            stream.next();
            var call = upstream.call();
            var down = shutDown(proxy, Duration.ZERO);
            assertTrue(stream.body().contains("the proxy is shutting down"), stream.body());
            assertFalse(stream.ending().whole());
            call.sawClose();
            assertFalse(Waiting.done(down, "the end"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Chats.STREAM, Chats.WHOLE})
    void answers503IfNothingIsSentYet(String request) {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose());
                var proxy = TestProxy.before(upstream); var client = proxy.stream(request)) {
            upstream.call();
            shutDown(proxy, Duration.ZERO);
            var error = client.response().error(503);
            assertEquals("server_shutdown", error.string("code"));
            assertEquals("server_error", error.string("type"));
        }
    }

    @Test
    void sendsTheRestOfAnAnswerWithoutPauses() {
        var text = "word ".repeat(400);
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion(text));
                var proxy = TestProxy.before(upstream, "CHUNK_DELAY_MS=10000",
                        "REPLAY_MAX_MS=0");
                var client = proxy.stream(Chats.STREAM)) {
            client.next();
            shutDown(proxy, Duration.ZERO);
            assertEquals(text, client.content());
            assertTrue(client.ending().whole());
        }
    }

    @Test
    void endsAtOnceIfNoRequestIsOpen() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            proxy.chat(Chats.WHOLE);
            assertTrue(Waiting.done(shutDown(proxy, LONG), "the end"));
        }
    }
}
