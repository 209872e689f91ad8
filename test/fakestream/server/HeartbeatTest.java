package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Heartbeats keep a stream alive while the upstream works on its answer.
final class HeartbeatTest {
    private final CountDownLatch thought = new CountDownLatch(1);
    private final ScriptedUpstream upstream = ScriptedUpstream.start(call -> {
        Waiting.open(thought);
        call.json(200, Chats.completion("Hello."));
    });

    @AfterEach
    void close() {
        upstream.close();
    }

    private TestProxy proxy(String style) {
        return TestProxy.before(upstream, "COMMIT_AFTER_MS=200", "HEARTBEAT_INTERVAL_MS=500",
                "HEARTBEAT_STYLE=" + style);
    }

    @Test
    void beatsOncePerIntervalAfterTheCommit() {
        try (var proxy = proxy("comment"); var client = proxy.stream(Chats.STREAM)) {
            for (var due : List.of(200, 700, 1200)) {
                var beat = client.next();
                assertEquals(": heartbeat\n", beat.text());
                assertTrue(beat.millis() > due - 20 && beat.millis() < due + 250,
                        beat + " was due at " + due);
            }
            thought.countDown();
            assertEquals("Hello.", client.content());
            assertTrue(client.body().startsWith(": heartbeat\n".repeat(3) + "data: {\"id\":\""
                    + Chats.ID + "\""), client.body());
            assertEquals("[DONE]", client.data().getLast());
            assertTrue(client.ending().whole());
        }
    }

    @Test
    void saysWithItsHeadersThatItIsAStream() {
        try (var proxy = proxy("comment"); var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.next().isHeartbeat());
            assertEquals(200, client.status());
            assertEquals("text/event-stream; charset=utf-8", client.headers().get("content-type"));
            assertEquals("no-cache, no-transform", client.headers().get("cache-control"));
            assertEquals("no", client.headers().get("x-accel-buffering"));
            assertEquals("chunked", client.headers().get("transfer-encoding"));
        }
    }

    /// The best of four requests counts, because the machine may be busy; no time is subtracted.
    @Test
    void sendsTheAnswerWithin50MillisecondsOfTheUpstreams() {
        try (var quick = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(quick, "CHUNK_DELAY_MS=0")) {
            long best = Long.MAX_VALUE;
            for (int i = 0; i < 4 && best > 50; i++) {
                try (var client = proxy.stream(Chats.STREAM)) {
                    best = Math.min(best, client.ending().millis());
                }
            }
            assertTrue(best <= 50, best + " ms");
        }
    }

    @Test
    void beatsWithChunksOfTheSameStreamIfConfigured() {
        try (var proxy = proxy("chunk"); var client = proxy.stream(Chats.STREAM)) {
            var opening = chunk(client.next());
            var pause = chunk(client.next());
            assertEquals("{\"role\":\"assistant\"}", SseClient.delta(opening).toString());
            assertEquals("{}", SseClient.delta(pause).toString());
            assertTrue(opening.string("id").startsWith("chatcmpl-"), opening::toString);
            thought.countDown();
            assertEquals(List.of(opening.string("id")), client.chunks().stream()
                    .map(chunk -> chunk.string("id")).distinct().toList());
            assertEquals(1, client.chunks().stream()
                    .filter(chunk -> SseClient.delta(chunk).has("role")).count());
            assertEquals("Hello.", client.content());
            assertFalse(client.body().contains(": heartbeat"), client.body());
        }
    }

    @Test
    void sendsOnlyTheHeadersIfBeatsAreOff() {
        try (var proxy = proxy("off"); var client = proxy.stream(Chats.STREAM)) {
            assertEquals(200, client.status());
            upstream.call();
            thought.countDown();
            assertTrue(client.body().startsWith("data: "), client.body());
            assertEquals("Hello.", client.content());
        }
    }

    @Test
    void sendsNothingOnceTheStreamIsOver() {
        thought.countDown();
        try (var proxy = proxy("comment"); var connection = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                connection.request("POST", "/v1/chat/completions", Chats.STREAM, TestProxy.KEY);
                var body = connection.response().text();
                assertTrue(body.endsWith("data: [DONE]\n\n"), body);
            }
            assertTrue(connection.isSilentFor(700));
        }
    }

    /// The chunks come often enough to need no heartbeat between them.
    @Test
    void sendsNoHeartbeatWhileItReplaysTheAnswer() {
        try (var quick = ScriptedUpstream.answering(200, Chats.completion("one two three four"));
                var proxy = TestProxy.before(quick, "HEARTBEAT_INTERVAL_MS=500",
                        "CHUNK_DELAY_MS=300", "CHUNK_TARGET_LENGTH=6");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals(List.of("one ", "two ", "three ", "four"), client.frames().stream()
                    .map(frame -> frame.text().replaceFirst("(?s).*\"content\":\"(\\w+ ?)\".*",
                            "$1")).toList());
        }
    }

    @Test
    void beatsWithEmptyChunksInASlowReplay() {
        thought.countDown();
        try (var proxy = TestProxy.before(upstream, "HEARTBEAT_INTERVAL_MS=500",
                "CHUNK_DELAY_MS=2000", "CHUNK_TARGET_LENGTH=3");
                var client = proxy.stream(Chats.STREAM)) {
            var first = client.next();
            assertTrue(first.text().contains("\"Hel\""), first.text());
            for (int i = 1; i <= 3; i++) {
                var beat = client.next();
                assertEquals("{}", SseClient.delta(chunk(beat)).toString());
                assertEquals(Chats.ID, chunk(beat).string("id"));
                assertEquals("null", finishReason(chunk(beat)));
                assertTrue(beat.millis() - first.millis() > i * 500 - 20
                        && beat.millis() - first.millis() < i * 500 + 250, beat.toString());
            }
            client.next("\"lo.\"");
            assertEquals("Hello.", client.content());
            assertFalse(client.body().contains(": heartbeat"), client.body());
        }
    }

    private static JsonObject chunk(SseClient.Frame frame) {
        var data = SseClient.data(frame.text());
        assertEquals(1, data.size(), frame::text);
        return ClientResponse.object(data.getFirst());
    }

    private static String finishReason(JsonObject chunk) {
        var choices = ((JsonArray) chunk.get("choices")).elements();
        assertEquals(1, choices.size());
        assertNull(chunk.get("usage"));
        return ((JsonObject) choices.getFirst()).get("finish_reason").toString();
    }
}
