package fakestream.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The id of a request, which the client, the proxy and the upstream share.
final class RequestIdTest {
    private static final String MADE = "req_[0-9a-f]{24}";

    private static String idOf(ClientResponse response) {
        return response.header("x-request-id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "req_1", "0189-Az.9_", "-._-"})
    void isTheClientsIdEverywhere(String id) {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            for (var body : new String[] {Chats.WHOLE, Chats.STREAM}) {
                assertEquals(id, idOf(proxy.chat(body, "x-request-ID: " + id)));
                assertEquals(id, upstream.call().headers().get("x-request-id"));
                assertTrue(proxy.accessLine().contains(" id=" + id + " "));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\"b", "a/b", "<b>", "a=b", "a\tb", "a,b", "\u00e9",
        "a\\u000ab", "${jndi:x}"})
    void isNewIfTheClientsIdHasUnsafeCharacters(String id) {
        isNew("X-Request-Id: " + id);
    }

    @Test
    void isNewIfTheClientsIdIsTooLongRepeatedOrAbsent() {
        isNew("X-Request-Id: " + "x".repeat(129));
        isNew("X-Request-Id: a", "X-Request-Id: b");
        isNew();
    }

    private static void isNew(String... fields) {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            var first = idOf(proxy.chat(Chats.WHOLE, fields));
            assertTrue(first.matches(MADE), first);
            assertEquals(first, upstream.call().headers().get("x-request-id"));
            assertNotEquals(first, idOf(proxy.chat(Chats.WHOLE, fields)));
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, /, 200", "HEAD, /app.js, 200", "GET, /api/status, 200", "GET, /healthz, 200",
        "GET, /nothing, 404", "DELETE, /v1/chat/completions, 405", "OPTIONS, /v1/models, 204",
        "POST, /v1/chat/completions, 401", "BREW, /, 501", "TRACE, /, 405",
        "GET, /v1/models/%00, 400"})
    void isInEveryResponseOfTheProxy(String method, String target, int status) {
        try (var upstream = ScriptedUpstream.answering(200, "{}");
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.request(method, target, "", "X-Request-Id: mine");
            assertEquals(status, response.status());
            assertEquals("mine", idOf(response));
            assertEquals(0, upstream.count());
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, /v1/models", "GET, /v1/files", "POST, /v1/embeddings",
        "POST, /v1/chat/completions", "POST, /v1/messages", "DELETE, /v1/models/m"})
    void isInEveryResponseOfTheUpstream(String method, String target) {
        try (var upstream = ScriptedUpstream.answering(418, "{\"error\":{}}", "X-Request-Id: up",
                        "traceparent: 00-1-2-01");
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.request(method, target, method.equals("POST") ? Chats.STREAM : "",
                    TestProxy.KEY, "X-Request-Id: mine", "traceparent: 00-a-b-01");
            assertEquals(418, response.status());
            assertEquals("mine", idOf(response));
            assertEquals("up", response.header("x-upstream-request-id"));
            var up = upstream.call().headers();
            assertEquals("mine", up.get("x-request-id"));
            assertEquals("00-a-b-01", up.get("traceparent"));
            assertTrue(proxy.accessLine().contains(" upstream_id=up"));
        }
    }

    @Test
    void isInPreflightsAndInRefusalsDuringShutdown() throws InterruptedException {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose());
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=0");
                var idle = proxy.connect(); var open = proxy.stream(Chats.STREAM)) {
            var preflight = proxy.request("OPTIONS", "/v1/models", "", "X-Request-Id: mine",
                    "Origin: https://a.example", "Access-Control-Request-Method: POST");
            assertEquals("mine", idOf(preflight));
            assertTrue(open.headers().get("x-request-id").matches(MADE));
            var ended = new AtomicReference<Boolean>();
            var ending = Thread.ofVirtual().start(() -> {
                try {
                    gate.countDown();
                    ended.set(proxy.server().shutDown(Duration.ofSeconds(2)));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            gate.await();
            var refused = idle.request("GET", "/v1/models", "", "X-Request-Id: mine").response();
            while (refused.status() != 503) {
                refused = proxy.request("GET", "/v1/models", "", "X-Request-Id: mine");
            }
            assertEquals("mine", idOf(refused));
            ending.join();
            assertEquals(false, ended.get());
        }
    }

    /// Anthropic's SDKs read `request-id`.
    @Test
    void keepsAnthropicsIdUnderItsOwnNameToo() {
        try (var upstream = ScriptedUpstream.answering(400, "{\"type\":\"error\"}",
                        "request-id: req_011");
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.request("POST", "/v1/messages", Chats.WHOLE, TestProxy.KEY);
            assertEquals("req_011", response.header("request-id"));
            assertEquals("req_011", response.header("x-upstream-request-id"));
            assertTrue(idOf(response).matches(MADE));
            assertNull(proxy.request("GET", "/", "").header("request-id"));
        }
    }
}
