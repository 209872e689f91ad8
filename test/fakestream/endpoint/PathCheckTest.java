package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The streams that check the path: their content, their clients and their end.
final class PathCheckTest {
    private static final String FAST = "HEARTBEAT_INTERVAL_MS=500";
    private final ScriptedUpstream upstream = ScriptedUpstream.answering(200, "{}");

    @AfterEach
    void close() {
        assertEquals(0, upstream.count());
        upstream.close();
    }

    private static SseClient check(TestProxy proxy, String query, String... fields) {
        return SseClient.reading(proxy.connect().request("GET", "/api/check?" + query, "", fields));
    }

    private static long sentMillis(JsonObject chunk) {
        return Long.parseLong(((JsonObject) chunk.get("check")).get("sent_ms").toString());
    }

    @ParameterizedTest
    @CsvSource({"comment, 2", "chunk, 2", "off, 0"})
    void commitsAtOnceAndSendsTheAnswerAtTheEnd(String style, int beats) {
        try (var proxy = TestProxy.before(upstream, FAST, "COMMIT_AFTER_MS=60000");
                var client = check(proxy, "seconds=1&style=" + style)) {
            assertEquals("text/event-stream; charset=utf-8", client.headers().get("content-type"));
            assertEquals("no", client.headers().get("x-accel-buffering"));
            assertTrue(client.ending().whole());
            assertTrue(client.body().endsWith("data: [DONE]\n\n"), client::body);
            assertEquals(1, client.body().split("\"role\":\"assistant\"", -1).length - 1);
            var first = client.frames().stream()
                    .takeWhile(frame -> !frame.text().contains("sent_ms")).toList();
            assertTrue(first.size() >= beats && first.size() <= beats + 2, first::toString);
            assertTrue(beats == 0 || first.getFirst().millis() < 400, first::toString);
            assertEquals(style.equals("comment"), client.body().startsWith(SseClient.HEARTBEAT));
        }
    }

    @Test
    void putsTheSendTimeIntoEachPiece() {
        try (var proxy = TestProxy.before(upstream, FAST);
                var client = check(proxy, "seconds=1&style=off")) {
            var sent = client.chunks().stream().map(PathCheckTest::sentMillis).toList();
            assertEquals("1 2 3 4 5 ", client.content());
            assertTrue(sent.getFirst() >= 1000, sent::toString);
            assertTrue(sent.getLast() >= sent.getFirst() + 800, sent::toString);
            var check = (JsonObject) client.chunks().getFirst().get("check");
            assertEquals("500", check.get("interval_ms").toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"seconds=2&style=comment", "seconds=99999&style=comment",
        "style=comment", "seconds=1", "seconds=1&style=loud", "seconds=1&style=OFF",
        "seconds=&style=off", ""})
    void refusesValuesThatAreNotListed(String query) {
        try (var proxy = TestProxy.before(upstream)) {
            var error = proxy.request("GET", "/api/check?" + query, "").error(400);
            assertTrue(List.of("seconds", "style").contains(error.string("param")), query);
        }
    }

    @Test
    void requiresAKeyIfTheProxyHasKeys() {
        try (var proxy = TestProxy.before(upstream, "PROXY_API_KEYS=proxy-key-1",
                "OPENAI_API_KEY=sk-operator")) {
            var target = "/api/check?seconds=1&style=off";
            assertEquals("invalid_api_key", proxy.request("GET", target, "").error(401)
                    .string("code"));
            proxy.request("GET", target, "", "Authorization: Bearer another-key").error(401);
            try (var client = check(proxy, "seconds=1&style=off",
                    "Authorization: Bearer proxy-key-1")) {
                assertEquals(200, client.status());
            }
        }
    }

    @Test
    void refusesAStreamOverTheLimitUntilAClientLeaves() {
        try (var proxy = TestProxy.before(upstream, FAST)) {
            var clients = new ArrayList<SseClient>();
            for (int i = 0; i < 24; i++) {
                clients.add(check(proxy, "seconds=130&style=comment"));
            }
            clients.forEach(client -> assertEquals(200, client.status()));
            var refused = proxy.request("GET", "/api/check?seconds=1&style=off", "");
            assertEquals("overloaded", refused.error(503).string("code"));
            assertEquals("5", refused.header("retry-after"));
            assertTrue(proxy.accessLine().startsWith("GET /api/check 503"));
            clients.removeFirst().leave();
            var line = proxy.accessLine();
            assertTrue(line.matches("GET /api/check 499 .* client left .*"), line);
            try (var next = check(proxy, "seconds=1&style=off")) {
                assertEquals(200, next.status());
            }
            clients.forEach(SseClient::close);
        }
    }

    @Test
    void stopsWithTheDaemon() {
        var proxy = TestProxy.before(upstream, FAST);
        try (var client = check(proxy, "seconds=130&style=comment")) {
            assertEquals(200, client.status());
            proxy.close();
            assertFalse(client.ending().whole());
        }
    }

    @Test
    void answersOnlyGet() {
        try (var proxy = TestProxy.before(upstream)) {
            var response = proxy.request("POST", "/api/check?seconds=1&style=off", "");
            assertEquals("GET", response.header("allow"));
            response.error(405);
        }
    }
}
