package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The stream, heartbeat and errors of each API other than chat completions, through the whole
/// proxy.
final class ApisTest {
    private static final String TEXT = Api.TEXT;
    private static final String BUSY = "{\"error\":{\"message\":\"Slow.\",\"type\":"
            + "\"rate_limit_error\",\"param\":null,\"code\":\"slow\",\"status\":"
            + "\"RESOURCE_EXHAUSTED\"}}";

    @FunctionalInterface
    private interface Check {
        void check(SseClient client, CountDownLatch gate);
    }

    /// A stream; its upstream answers when the gate opens.
    private static void wait(Api api, ScriptedUpstream.Script script, Check check) {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    script.play(call);
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=20",
                        "HEARTBEAT_INTERVAL_MS=500", "CHUNK_DELAY_MS=0");
                var client = api.stream(proxy)) {
            check.check(client, gate);
        }
    }

    private static SseClient read(Api api, ScriptedUpstream upstream, String... settings) {
        try (var proxy = TestProxy.before(upstream, settings); var client = api.stream(proxy)) {
            client.ending();
            return client;
        }
    }

    private static SseClient told(Api api) {
        try (var upstream = ScriptedUpstream.answering(200, api.answer())) {
            return read(api, upstream, "CHUNK_TARGET_LENGTH=5", "CHUNK_DELAY_MS=0");
        }
    }

    private static String text(JsonObject gemini) {
        var candidate = first(gemini.get("candidates"));
        return first(((JsonObject) candidate.get("content")).get("parts")).string("text");
    }

    private static JsonObject first(Object array) {
        return (JsonObject) ((JsonArray) array).elements().getFirst();
    }

    private static String types(SseClient client) {
        return client.body().lines().filter(line -> line.startsWith("event: "))
                .map(line -> line.substring("event: ".length())).distinct()
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @EnumSource
    void sendsACompleteStream(Api api) {
        var client = told(api);
        assertEquals(200, client.status());
        assertEquals(api == Api.GEMINI_ARRAY ? "application/json; charset=UTF-8"
                : "text/event-stream; charset=utf-8", client.headers().get("content-type"));
        assertEquals("no", client.headers().get("x-accel-buffering"));
        assertTrue(client.ending().whole());
    }

    @Test
    void sendsACompletionInChunksOfText() {
        var client = told(Api.COMPLETIONS);
        assertEquals("[DONE]", client.data().getLast());
        var texts = client.chunks().stream().map(chunk -> first(chunk.get("choices")))
                .map(choice -> choice.string("text")).toList();
        assertTrue(texts.size() > 2, texts::toString);
        assertEquals(TEXT, String.join("", texts));
    }

    @Test
    void sendsAResponseInNumberedEvents() {
        var client = told(Api.RESPONSES);
        assertEquals("response.created response.in_progress response.output_item.added "
                + "response.content_part.added response.output_text.delta "
                + "response.output_text.done response.content_part.done "
                + "response.output_item.done response.completed", types(client));
        var events = client.chunks();
        for (int i = 0; i < events.size(); i++) {
            assertEquals(JsonNumber.of(i), events.get(i).get("sequence_number"));
        }
        assertEquals(TEXT, events.stream().filter(e -> e.has("delta"))
                .map(event -> event.string("delta")).collect(Collectors.joining()));
        assertEquals(Api.RESPONSES.answer(), events.getLast().get("response").toString());
    }

    @Test
    void sendsAMessageInBlocks() {
        var client = told(Api.MESSAGES);
        assertEquals("message_start content_block_start content_block_delta content_block_stop "
                + "message_delta message_stop", types(client));
        assertEquals(TEXT, client.chunks().stream()
                .filter(event -> "content_block_delta".equals(event.string("type")))
                .map(event -> ((JsonObject) event.get("delta")).string("text"))
                .collect(Collectors.joining()));
    }

    @ParameterizedTest
    @EnumSource(names = "GEMINI_.*", mode = EnumSource.Mode.MATCH_ALL)
    void sendsGeminisContentInResponses(Api api) {
        var client = told(api);
        var responses = api == Api.GEMINI_ARRAY ? Api.elements(client.body()) : client.chunks();
        assertTrue(responses.size() > 2, client::body);
        assertEquals(TEXT, responses.stream().map(ApisTest::text).collect(Collectors.joining()));
        assertEquals("STOP", first(responses.getLast().get("candidates")).string("finishReason"));
        assertFalse(client.body().contains("[DONE]"), client::body);
    }

    @ParameterizedTest
    @EnumSource
    void sendsTheHeartbeatsOfTheApiWhileItWaits(Api api) {
        wait(api, call -> call.json(200, api.answer()), (client, gate) -> {
            assertEquals(api.beat(), client.next().text());
            assertEquals(api.nextBeat(), client.next().text());
            gate.countDown();
            assertTrue(client.ending().whole());
            assertTrue(client.body().startsWith(api.beat() + api.nextBeat()), client::body);
            if (api == Api.GEMINI_ARRAY) {
                assertEquals(TEXT, Api.elements(client.body()).stream().map(ApisTest::text)
                        .collect(Collectors.joining()));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void asksForAWholeAnswerWithTheKeyInTheHeaderOfTheApi(Api api) {
        try (var upstream = ScriptedUpstream.answering(200, api.answer())) {
            read(api, upstream, "CHUNK_DELAY_MS=0");
            var call = upstream.call();
            var path = api.pick(api.target(), api.target(), "/v1beta/models/g:generateContent");
            assertEquals("POST " + path + " HTTP/1.1", call.requestLine());
            assertEquals(api.request().replace("\"stream\":true", "\"stream\":false"), call.body());
            var header = api.pick("authorization", "x-api-key", "x-goog-api-key");
            assertEquals(api.pick("Bearer sk-of-the-client", "sk-ant-1", "g-secret"),
                    call.headers().get(header));
            assertEquals(1, Stream.of("authorization", "x-api-key", "x-goog-api-key")
                    .filter(call.headers()::containsKey).count());
            assertEquals(api == Api.MESSAGES ? "2023-06-01" : null,
                    call.headers().get("anthropic-version"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void sendsTheProxysErrorsInTheFormOfTheApi(Api api) {
        try (var upstream = ScriptedUpstream.start(call -> call.reset());
                var proxy = TestProxy.before(upstream)) {
            var path = api.target().replace("?key=g-secret", "");
            var keyless = proxy.request("POST", path, api.request());
            assertEquals(401, keyless.status());
            assertEquals(api.pick("invalid_request_error", "authentication_error",
                    "UNAUTHENTICATED"), api.kindOf(keyless.json()));
            var bad = proxy.request("POST", api.target(), "{\"stream\":", api.key());
            assertEquals(400, bad.status());
            assertEquals(api.pick("invalid_request_error", "invalid_request_error",
                    "INVALID_ARGUMENT"), api.kindOf(bad.json()));
            assertEquals(0, upstream.count());
            var gone = proxy.request("POST", api.target(), api.request(), api.key());
            assertEquals(502, gone.status());
            assertEquals(api.pick("upstream_error", "api_error", "UNAVAILABLE"),
                    api.kindOf(gone.json()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsAnEarlyErrorAsItCame(Api api) {
        try (var upstream = ScriptedUpstream.answering(429, BUSY, "Retry-After: 7")) {
            var client = read(api, upstream);
            assertEquals(429, client.status());
            assertEquals("7", client.headers().get("retry-after"));
            assertEquals("application/json", client.headers().get("content-type"));
            assertEquals(BUSY, client.body());
        }
    }

    @ParameterizedTest
    @EnumSource
    void sendsALateErrorInTheFormOfTheApiAndBreaksOff(Api api) {
        wait(api, call -> call.json(429, BUSY), (client, gate) -> {
            assertEquals(api.beat(), client.next().text());
            gate.countDown();
            assertFalse(client.ending().whole(), "a clean end looks like an empty success");
            var told = client.body().replace(api.beat(), "");
            assertTrue(told.contains("Slow."), told);
            switch (api) {
                case COMPLETIONS, MESSAGES -> {
                    assertTrue(told.matches("event: error\ndata: .*\n\n"), told);
                    assertEquals("rate_limit_error", api.kindOf(client.chunks().getLast()));
                }
                case RESPONSES -> {
                    assertEquals("error response.failed", types(client));
                    assertEquals("failed", ((JsonObject) client.chunks().getLast()
                            .get("response")).string("status"));
                }
                case GEMINI_EVENTS -> {
                    assertTrue(told.strip().startsWith("{\"error\":{\"code\":429,"), told);
                    assertEquals("RESOURCE_EXHAUSTED", api.kindOf(client.chunks().getLast()));
                }
                case GEMINI_ARRAY -> assertEquals("RESOURCE_EXHAUSTED",
                        api.kindOf(Api.elements(told.strip() + "]").getLast()));
            }
        });
    }
}
