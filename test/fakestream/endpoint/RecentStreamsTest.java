package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `GET /api/clients`: the last streams as the daemon saw them.
final class RecentStreamsTest {
    private static final String[] QUICK = {"HEARTBEAT_INTERVAL_MS=500", "CHUNK_DELAY_MS=1",
        "HEARTBEAT_DATA_AFTER_MS=1200"};
    private static final String ANSWER = Chats.completion("Hello.");

    private static List<JsonObject> clients(ClientResponse response) {
        assertEquals(200, response.status(), response::text);
        return ((JsonArray) response.json().get("clients")).elements().stream()
                .map(JsonObject.class::cast).toList();
    }

    private static List<JsonObject> clients(TestProxy proxy) {
        return clients(proxy.request("GET", "/api/clients", ""));
    }

    private static long number(JsonObject client, String name) {
        return Long.parseLong(client.get(name).toString());
    }

    /// Runs a stream and waits for its line in the access log; the list shows its end after that.
    private static void play(TestProxy proxy, String body, String... fields) {
        try (var client = proxy.stream(body, fields)) {
            client.ending();
        }
        proxy.accessLine();
    }

    @Test
    void showsAStreamFromItsBeginningToItsEnd() {
        var answered = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    await(answered);
                    call.json(200, ANSWER);
                });
                var proxy = TestProxy.before(upstream, QUICK);
                var client = proxy.stream(Chats.STREAM, "User-Agent: opencode/1.18 " + "x".repeat(
                        300))) {
            // The record counts sent bytes a moment after the client has them.
            for (int i = 0; i < 3; i++) {
                client.next("data: {");
            }
            var waiting = clients(proxy).getFirst();
            assertEquals("waiting", waiting.string("standing"));
            assertEquals("opencode", waiting.string("kind"));
            assertEquals(200, waiting.string("user_agent").length());
            assertTrue(waiting.string("user_agent").startsWith("opencode/1.18 xxx"));
            assertEquals("/v1/chat/completions", waiting.string("path"));
            assertEquals("m", waiting.string("model"));
            assertTrue(number(waiting, "quiet_beats") >= 1, waiting::toString);
            assertTrue(number(waiting, "data_beats") >= 2, waiting::toString);
            assertTrue(number(waiting, "first_data_beat_ms") >= 900, waiting::toString);
            assertTrue(number(waiting, "elapsed_ms") >= 1400, waiting::toString);
            var age = Duration.between(Instant.parse(waiting.string("at")), Instant.now());
            assertTrue(age.toMillis() >= 1400 && age.toMinutes() < 1, waiting::toString);
            answered.countDown();
            assertTrue(client.ending().whole());
            proxy.accessLine();
            proxy.accessLine();
            var whole = clients(proxy).getFirst();
            assertEquals("whole", whole.string("standing"));
            assertEquals(number(whole, "elapsed_ms"),
                    number(clients(proxy).getFirst(), "elapsed_ms"));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void showsWhenAClientLeft() {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose());
                var proxy = TestProxy.before(upstream, "HEARTBEAT_INTERVAL_MS=500");
                var client = proxy.stream(Chats.STREAM)) {
            client.next(SseClient.HEARTBEAT);
            client.leave();
            proxy.accessLine();
            var left = clients(proxy).getFirst();
            assertEquals("left", left.string("standing"));
            assertEquals("unknown", left.string("kind"));
            assertTrue(number(left, "quiet_beats") >= 1, left::toString);
            assertEquals(0, number(left, "data_beats"));
            assertNull(left.get("first_data_beat_ms"));
        }
    }

    @ParameterizedTest
    @CsvSource({"COMMIT_AFTER_MS=60000, failed", "COMMIT_AFTER_MS=0, broken_off"})
    void showsAStreamWithoutAnAnswer(String commit, String standing) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
                    call.json(400, Chats.error("e", "null", "no"));
                });
                var proxy = TestProxy.before(upstream, "HEARTBEAT_INTERVAL_MS=500", commit)) {
            play(proxy, Chats.STREAM);
            assertEquals(standing, clients(proxy).getFirst().string("standing"));
        }
    }

    @Test
    void showsThatAnAnswerIsReplayed() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream, "CHUNK_DELAY_MS=400",
                        "CHUNK_TARGET_LENGTH=1"); var client = proxy.stream(Chats.STREAM)) {
            client.next("H");
            client.next("data: {");
            assertEquals("replaying", clients(proxy).getFirst().string("standing"));
        }
    }

    @Test
    void keepsOnlyTheLastTwentyStreams() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream, QUICK)) {
            assertEquals(List.of(), clients(proxy));
            proxy.accessLine();
            proxy.chat(Chats.WHOLE);
            proxy.accessLine();
            try (var check = SseClient.reading(proxy.connect().request("GET",
                    "/api/check?seconds=1&style=off", ""))) {
                check.ending();
            }
            proxy.accessLine();
            assertEquals(List.of(), clients(proxy));
            proxy.accessLine();
            for (int i = 0; i < 22; i++) {
                play(proxy, Chats.STREAM.replace("\"m\"", "\"m" + i + "\""));
            }
            var models = clients(proxy).stream().map(it -> it.string("model")).toList();
            assertEquals(20, models.size());
            assertEquals("m21", models.getFirst());
            assertEquals("m2", models.getLast());
        }
    }

    @Test
    void showsNoKeyQueryOrBodyAndCutsClientText() {
        var key = "sk-0123456789abcdef";
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream, QUICK)) {
            var body = Chats.STREAM.replace("\"m\"", "\"" + key + "n".repeat(480) + "\"");
            try (var client = SseClient.reading(proxy.connect().request("POST",
                    "/v1/chat/completions?key=" + key, body, "User-Agent: x " + key,
                    TestProxy.KEY))) {
                client.ending();
            }
            proxy.accessLine();
            var text = proxy.request("GET", "/api/clients", "").text();
            assertTrue(text.contains("\"user_agent\":\"x sk-***\""), text);
            for (var secret : List.of("0123456789", "sk-of-the-client", "key=", "Hi", "Hello")) {
                assertFalse(text.contains(secret), text);
            }
            assertTrue(text.length() < 1000, text);
        }
    }

    @Test
    void requiresAKeyIfTheProxyHasKeys() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream, "PROXY_API_KEYS=proxy-key-1",
                        "OPENAI_API_KEY=sk-operator")) {
            assertEquals("invalid_api_key", proxy.request("GET", "/api/clients", "").error(401)
                    .string("code"));
            assertEquals(List.of(), clients(proxy.request("GET", "/api/clients", "",
                    "Authorization: Bearer proxy-key-1")));
        }
    }

    @Test
    void showsAClientWithoutAKeyOnlyItsOwnStreams() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream, "TRUST_PROXY=true", "CHUNK_DELAY_MS=1");
                var keyed = TestProxy.before(upstream, "TRUST_PROXY=true", "CHUNK_DELAY_MS=1",
                        "PROXY_API_KEYS=proxy-key-1", "OPENAI_API_KEY=sk-operator")) {
            play(proxy, Chats.STREAM, "X-Forwarded-For: 192.0.2.1");
            var other = "X-Forwarded-For: 192.0.2.2";
            assertEquals(List.of(), clients(proxy.request("GET", "/api/clients", "", other)));
            assertEquals(1, clients(proxy.request("GET", "/api/clients", "",
                    "X-Forwarded-For: 192.0.2.1")).size());
            var key = "x-api-key: proxy-key-1";
            keyed.request("POST", "/v1/chat/completions", Chats.STREAM, key,
                    "X-Forwarded-For: 192.0.2.1");
            assertEquals(1, clients(keyed.request("GET", "/api/clients", "", other, key)).size());
        }
    }

    @Test
    void isOnlyForThePageOfTheDaemon() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream);
                var without = TestProxy.before(upstream, "TEST_PAGE=false")) {
            var response = proxy.request("GET", "/api/clients", "", "Origin: https://evil.example");
            assertEquals(200, response.status());
            assertNull(response.header("access-control-allow-origin"));
            without.request("GET", "/api/clients", "").error(404);
        }
    }

    @Test
    void keepsStreamsAfterAReload() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream, QUICK)) {
            play(proxy, Chats.STREAM);
            proxy.server().reload(Config.of(Map.of(
                    "SOURCE_API_URL", upstream.url())));
            assertEquals(1, clients(proxy).size());
        }
    }
}
