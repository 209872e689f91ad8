package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The proxy sends heartbeats with data through each kind of wait of a call.
final class WaitsTest {
    private static final String NOT_NOW = Chats.error("server_error", "null", "Not now.");
    private static final String ID = "Idempotency-Key: one";

    private final CountDownLatch gate = new CountDownLatch(1);
    private final Script held = call -> {
        Waiting.open(gate);
        call.json(200, Chats.completion("Hello."));
    };

    private static ScriptedUpstream upstream(Script... scripts) {
        var left = new ArrayDeque<>(List.of(scripts));
        return ScriptedUpstream.start(call -> {
            Script next;
            synchronized (left) {
                next = left.size() > 1 ? left.poll() : left.peek();
            }
            next.play(call);
        });
    }

    private static TestProxy proxy(ScriptedUpstream upstream, String... more) {
        var settings = new ArrayList<>(List.of("HEARTBEAT_INTERVAL_MS=500", "COMMIT_AFTER_MS=0",
                "HEARTBEAT_DATA_AFTER_MS=0", "RETRY_MAX=0"));
        settings.addAll(List.of(more));
        return TestProxy.before(upstream, settings.toArray(String[]::new));
    }

    /// Expects three heartbeats with data before the upstream may go on.
    private void beats(TestProxy proxy) {
        try (var client = proxy.stream(Chats.STREAM, ID)) {
            for (int i = 0; i < 3; i++) {
                client.next("\"delta\":{");
            }
            gate.countDown();
            assertEquals("Hello.", client.content());
            assertTrue(client.ending().whole());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"real", "auto"})
    void beatsBeforeTheUpstreamsOwnStream(String mode) {
        try (var upstream = upstream(held); var proxy = proxy(upstream, "STREAM_MODE=" + mode)) {
            beats(proxy);
        }
    }

    @Test
    void beatsAfterARefusalToStream() {
        var refusal = Chats.error("invalid_request_error", "null",
                "Streaming is not supported for this model.");
        try (var upstream = upstream(call -> call.json(400, refusal), held);
                var proxy = proxy(upstream, "STREAM_MODE=auto")) {
            beats(proxy);
            assertEquals(2, upstream.count());
        }
    }

    /// The first upstream never answers. Its heartbeats and those of the next one make one row.
    @Test
    void beatsWhileASilentUpstreamIsLeftForAFallback() {
        try (var silent = upstream(Call::sawClose); var next = upstream(held);
                var proxy = proxy(silent, "UPSTREAM_FIRST_BYTE_TIMEOUT_MS=700", "RETRY_MAX=2",
                        "FALLBACK_API_URLS=" + next.url())) {
            beats(proxy);
            assertEquals(1, silent.count(), "the deadline is no reason to ask it again");
            assertEquals(1, next.count());
        }
    }

    @Test
    void saysThatNoUpstreamBeganToAnswer() {
        try (var silent = upstream(Call::sawClose);
                var proxy = proxy(silent, "UPSTREAM_FIRST_BYTE_TIMEOUT_MS=100", "RETRY_MAX=2")) {
            assertEquals("the upstream did not begin to answer in time",
                    proxy.chat(Chats.WHOLE).error(504).string("message"));
            assertEquals(1, silent.count());
        }
    }

    @Test
    void givesAnAnswerThatHasBegunItsTime() {
        var answer = Chats.completion("Hello.");
        Script slow = call -> {
            call.head(200, "Content-Type: application/json",
                    "Content-Length: " + answer.length(), "Connection: close");
            Waiting.open(gate);
            call.send(answer);
        };
        try (var upstream = upstream(slow);
                var proxy = proxy(upstream, "UPSTREAM_FIRST_BYTE_TIMEOUT_MS=100")) {
            beats(proxy);
        }
    }

    /// The chat begins after the other request and has the same deadline.
    @Test
    void givesARequestThatPassesThroughItsTime() throws Exception {
        try (var upstream = upstream(held, Call::sawClose);
                var proxy = proxy(upstream, "UPSTREAM_FIRST_BYTE_TIMEOUT_MS=300");
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var passing = executor.submit(() -> proxy.request("POST", "/v1/embeddings",
                    "{}", TestProxy.KEY));
            upstream.call();
            proxy.chat(Chats.WHOLE).error(504);
            gate.countDown();
            assertEquals(200, passing.get().status());
        }
    }

    @Test
    void beatsWhileAFallbackWorks() {
        try (var first = ScriptedUpstream.answering(503, NOT_NOW); var second = upstream(held);
                var proxy = proxy(first, "FALLBACK_API_URLS=" + second.url())) {
            beats(proxy);
            assertEquals(1, first.count());
        }
    }

    @Test
    void beatsBetweenTwoTries() {
        try (var upstream = upstream(call -> call.json(503, NOT_NOW, "Retry-After: 2"), held);
                var proxy = proxy(upstream, "RETRY_MAX=1");
                var client = proxy.stream(Chats.STREAM)) {
            for (int i = 0; i < 3; i++) {
                client.next("\"delta\":{");
            }
            assertEquals(1, upstream.count());
            gate.countDown();
            assertEquals("Hello.", client.content());
        }
    }

    @Test
    void beatsInACallOfAnotherRequest() {
        try (var upstream = upstream(held);
                var proxy = proxy(upstream, "IDEMPOTENCY_WINDOW_MS=60000");
                var first = proxy.stream(Chats.STREAM, ID)) {
            upstream.call();
            beats(proxy);
            assertEquals("Hello.", first.content());
            assertEquals(1, upstream.count());
        }
    }
}
