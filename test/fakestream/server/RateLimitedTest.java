package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.access.AccessControl;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The limit of requests per client and minute. No test takes a minute: `RateLimiterTest` tests the
/// bucket's clock.
final class RateLimitedTest {
    private static final String LIMIT = "RATE_LIMIT_PER_MINUTE=2";
    private static final String OPERATOR = "OPENAI_API_KEY=sk-operator";
    private static final String FOR_ALL = "ALLOW_ENV_API_KEY=true";

    private final ScriptedUpstream upstream =
            ScriptedUpstream.answering(200, Chats.completion("Hello."));

    @AfterEach
    void close() {
        upstream.close();
    }

    private static ClientResponse chat(TestProxy proxy, String... fields) {
        return proxy.request("POST", "/v1/chat/completions", Chats.WHOLE, fields);
    }

    /// Sends three requests; the proxy must refuse only the third.
    private static ClientResponse third(TestProxy proxy, String... fields) {
        assertEquals(200, chat(proxy, fields).status());
        assertEquals(200, chat(proxy, fields).status());
        var refused = chat(proxy, fields);
        assertEquals(429, refused.status());
        return refused;
    }

    @Test
    void refusesARequestOverTheLimitWithARetryAfter() {
        try (var proxy = TestProxy.before(upstream, LIMIT)) {
            var refused = third(proxy, TestProxy.KEY);
            var error = refused.error(429);
            assertEquals("rate_limit_exceeded", error.string("code"));
            assertEquals("rate_limit_error", error.string("type"));
            var seconds = Integer.parseInt(refused.header("retry-after"));
            assertTrue(seconds > 20 && seconds <= 30, () -> "after " + seconds + " s");
            assertEquals(2, upstream.count());
            assertEquals(429, proxy.get("/v1/models").status());
            assertEquals(429, proxy.get("/v1/files").status());
            assertEquals(200, proxy.get("/api/status").status());
            assertEquals(200, proxy.get("/").status());
        }
    }

    @Test
    void refusesInTheFormOfTheApi() {
        try (var proxy = TestProxy.before(upstream, LIMIT)) {
            third(proxy, "x-api-key: sk-a");
            var messages = proxy.request("POST", "/v1/messages", Chats.WHOLE, "x-api-key: sk-a");
            assertEquals("error", messages.json().string("type"));
            assertTrue(messages.text().contains("\"type\":\"rate_limit_error\""), messages::text);
            var gemini = proxy.request("POST", "/v1beta/models/m:streamGenerateContent", "{}",
                    "x-goog-api-key: sk-a");
            assertTrue(gemini.text().contains("RESOURCE_EXHAUSTED"), gemini::text);
        }
    }

    @Test
    void countsEachKeyInAnyHeader() {
        try (var proxy = TestProxy.before(upstream, LIMIT, OPERATOR,
                "PROXY_API_KEYS=sk-proxy-a,sk-proxy-b")) {
            third(proxy, "Authorization: Bearer sk-proxy-a");
            third(proxy, "Authorization: Bearer sk-proxy-b");
            assertEquals(429, chat(proxy, "api-key: sk-proxy-a").status());
        }
    }

    /// If the proxy knows no keys, a client can invent a new one for each request.
    @Test
    void countsUnverifiedKeysByAddressToo() {
        try (var proxy = TestProxy.before(upstream, LIMIT, OPERATOR, FOR_ALL,
                "TRUST_PROXY=true")) {
            assertEquals(200, chat(proxy, "api-key: sk-a").status());
            assertEquals(200, chat(proxy, "api-key: sk-b").status());
            for (int i = 0; i < 20; i++) {
                assertEquals(429, chat(proxy, "api-key: sk-" + i).status());
            }
            assertEquals(429, chat(proxy).status());
            assertEquals(429, chat(proxy, "Authorization: Bearer undefined").status());
            third(proxy, "api-key: sk-c", "X-Forwarded-For: 192.0.2.1");
            assertEquals(429, chat(proxy, "api-key: sk-c", "X-Forwarded-For: 192.0.2.2").status());
        }
    }

    @Test
    void limitsWrongKeysButNoRightOne() {
        try (var proxy = TestProxy.before(upstream, OPERATOR, "PROXY_API_KEYS=sk-of-the-proxy",
                "TRUST_PROXY=true", "MAX_STREAMS=1")) {
            for (int i = 0; i < AccessControl.MOST_WRONG_KEYS; i++) {
                assertEquals(401, chat(proxy, "Authorization: Bearer sk-wrong-" + i).status());
            }
            for (var target : new String[] {"/v1/models", "/v1/files", "/api/clients",
                "/api/status", "/api/check?seconds=1&style=off"}) {
                var refused = proxy.request("GET", target, "", "x-api-key: sk-wrong");
                assertEquals("too_many_wrong_keys", refused.error(429).string("code"));
                var seconds = Integer.parseInt(refused.header("retry-after"));
                assertTrue(seconds >= 1 && seconds <= 6, () -> "after " + seconds + " s");
            }
            assertEquals(401, chat(proxy).status());
            assertEquals(200, proxy.request("GET", "/api/status", "").status());
            assertEquals(200, chat(proxy, "Authorization: Bearer sk-of-the-proxy").status());
            assertEquals(401, chat(proxy, "Authorization: Bearer sk-wrong",
                    "X-Forwarded-For: 192.0.2.1").status());
            assertEquals(1, upstream.count());
        }
    }

    @Test
    void believesXForwardedForOnlyIfTrustProxyIsSet() {
        try (var proxy = TestProxy.before(upstream, LIMIT, OPERATOR, FOR_ALL)) {
            third(proxy);
            assertEquals(429, chat(proxy, "X-Forwarded-For: 192.0.2.1").status());
        }
        try (var proxy = TestProxy.before(upstream, LIMIT, OPERATOR, FOR_ALL,
                "TRUST_PROXY=true")) {
            third(proxy, "X-Forwarded-For: 192.0.2.1");
            third(proxy, "X-Forwarded-For: 192.0.2.1, 192.0.2.2");
            third(proxy, "X-Forwarded-For: 2001:db8::1");
            assertEquals(429, chat(proxy, "X-Forwarded-For: [2001:db8::2]:80").status());
            third(proxy, "X-Forwarded-For: 2001:db8:0:1::1");
        }
    }

    @Test
    void doesNotCountUnauthorisedRequests() {
        try (var proxy = TestProxy.before(upstream, LIMIT, OPERATOR,
                "PROXY_API_KEYS=sk-of-the-proxy")) {
            for (int i = 0; i < 5; i++) {
                assertEquals(401, chat(proxy, "Authorization: Bearer sk-a").status());
            }
            third(proxy, "Authorization: Bearer sk-of-the-proxy");
        }
    }

    @Test
    void hasNoLimitByDefault() {
        try (var proxy = TestProxy.before(upstream)) {
            for (int i = 0; i < 100; i++) {
                assertEquals(200, chat(proxy, TestProxy.KEY).status());
            }
        }
    }
}
