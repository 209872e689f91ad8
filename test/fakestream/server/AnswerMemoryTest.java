package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.telemetry.Scrape;
import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers that wait for memory. The memory is 1 MiB. Its reserve of 524,286 bytes holds an answer
/// of 174,762 bytes; the rest holds a second answer of 58,254 bytes.
final class AnswerMemoryTest {
    private static final String LARGE = Chats.completion("x".repeat(150_000));
    private static final String SMALL = Chats.completion("y".repeat(1000));

    private final CountDownLatch gate = new CountDownLatch(1);
    private final ScriptedUpstream upstream = ScriptedUpstream.start(this::answer);
    private final TestProxy proxy = TestProxy.before(upstream, "BODY_MEMORY_MIB=1",
            "METRICS=true", "COMMIT_AFTER_MS=0", "CHUNK_DELAY_MS=0", "HEARTBEAT_INTERVAL_MS=500",
            "UPSTREAM_IDLE_TIMEOUT_MS=1000", "NONSTREAM_KEEPALIVE_MS=500");

    @AfterEach
    void close() {
        gate.countDown();
        proxy.close();
        upstream.close();
    }

    /// The model selects the answer. It comes at once, but the end of `held` waits for the gate.
    private void answer(Call call) throws IOException {
        var model = call.body().replaceFirst("(?s).*\"model\":\"(\\w+)\".*", "$1");
        var json = model.startsWith("small") ? SMALL : LARGE;
        if (model.endsWith("Chunked")) {
            call.begin("application/json");
            for (int i = 0; i < json.length(); i += 10_000) {
                call.chunk(json.substring(i, Math.min(json.length(), i + 10_000)));
            }
            call.end();
        } else if (model.equals("huge")) {
            call.json(200, Chats.completion("x".repeat(200_000)));
        } else if (model.equals("held")) {
            call.head(200, "Content-Type: application/json", "Content-Length: " + json.length());
            var sent = 100_000;
            call.send(json.substring(0, sent));
            while (!isOpen(gate)) {
                call.send(json.substring(sent, ++sent));
            }
            call.send(json.substring(sent));
        } else {
            call.json(200, json);
        }
    }

    /// Waits for 100 ms only: the proxy times out an upstream that is silent for longer.
    private static boolean isOpen(CountDownLatch gate) {
        try {
            return gate.await(100, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String asking(String model) {
        return Chats.STREAM.replace("\"m\"", "\"" + model + "\"");
    }

    private double figure(String name) {
        return Scrape.of(proxy.request("GET", "/metrics", "").text())
                .value("fakestream_memory_" + name + "{kind=\"answer\"}");
    }

    /// Waits until the metric has this value.
    private void awaitFigure(String name, double value) {
        var until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (figure(name) != value) {
            assertTrue(System.nanoTime() < until, () -> name + " is " + figure(name));
        }
    }

    /// A stream whose answer keeps arriving and holds the reserve.
    private SseClient holdingTheReserve() {
        var held = proxy.stream(asking("held"));
        awaitFigure("bytes", 3 * LARGE.length());
        return held;
    }

    @ParameterizedTest
    @ValueSource(strings = {"large", "largeChunked"})
    void sendsHeartbeatsWhileAnAnswerWaits(String model) {
        try (var held = holdingTheReserve(); var waiting = proxy.stream(asking(model));
                var whole = SseClient.reading(proxy.connect().request("POST",
                        "/v1/chat/completions", Chats.WHOLE.replace("\"m\"", "\"large\""),
                        TestProxy.KEY))) {
            awaitFigure("waiting", 2);
            for (int i = 0; i < 5; i++) {
                assertTrue(waiting.next().isHeartbeat());
                assertEquals("\n", whole.next().text());
            }
            try (var small = proxy.stream(asking("small"))) {
                assertEquals("y".repeat(1000), small.content());
            }
            assertEquals("{\"status\":\"saturated\"}",
                    proxy.request("GET", "/readyz", "").text());
            gate.countDown();
            assertEquals("x".repeat(150_000), held.content());
            assertEquals("x".repeat(150_000), waiting.content());
            assertEquals(LARGE, whole.body().strip());
        }
        awaitFigure("bytes", 0);
        assertEquals(2, figure("waits_total"));
        assertTrue(figure("wait_seconds_total") > 4);
        assertEquals("{\"status\":\"ready\"}", proxy.request("GET", "/readyz", "").text());
    }

    @Test
    void refusesAnAnswerThatCanNeverFit() {
        var error = proxy.chat(asking("huge").replace("true", "false")).error(502);
        assertEquals("upstream_too_large", error.string("code"));
        assertEquals("the upstream's answer is larger than 174762 bytes, the longest that fits "
                + "into the memory for answers (BODY_MEMORY_MIB)", error.string("message"));
        awaitFigure("bytes", 0);
    }

    @Test
    void stopsAWaitWhenTheClientLeaves() {
        try (var held = holdingTheReserve()) {
            var waiting = proxy.stream(asking("large"));
            awaitFigure("waiting", 1);
            waiting.leave();
            awaitFigure("waiting", 0);
            gate.countDown();
            assertEquals("x".repeat(150_000), held.content());
        }
        awaitFigure("bytes", 0);
    }

    @Test
    void endsWaitsOnShutdown() throws InterruptedException {
        try (var held = holdingTheReserve(); var waiting = proxy.stream(asking("large"))) {
            awaitFigure("waiting", 1);
            assertEquals(200, waiting.status());
            proxy.server().shutDown(Duration.ZERO);
            assertEquals("server_shutdown", waiting.error().string("code"));
            assertEquals("server_shutdown", held.error().string("code"));
        }
    }

    @Test
    void endsAWaitAtTheUpstreamTimeout() {
        try (var held = holdingTheReserve()) {
            proxy.server().reload(Config.of(Map.of("SOURCE_API_URL", upstream.url(),
                    "BODY_MEMORY_MIB", "1", "UPSTREAM_TIMEOUT_MS", "1500")));
            var error = proxy.chat(asking("large")).error(503);
            assertEquals("overloaded", error.string("code"));
            assertTrue(error.string("message").contains("BODY_MEMORY_MIB"), error::toString);
            gate.countDown();
            assertEquals("x".repeat(150_000), held.content());
        }
    }

    /// Answers of unknown length hold a part of the memory that they need.
    @Test
    void servesManyAnswersWithoutDeadlock() {
        var models = List.of("largeChunked", "large", "smallChunked", "largeChunked", "small",
                "largeChunked", "large", "largeChunked", "largeChunked", "smallChunked");
        var streams = models.stream().map(model -> proxy.stream(asking(model))).toList();
        for (int i = 0; i < models.size(); i++) {
            assertEquals(models.get(i).startsWith("small") ? 1000 : 150_000,
                    streams.get(i).content().length());
            streams.get(i).close();
        }
        awaitFigure("bytes", 0);
    }
}
