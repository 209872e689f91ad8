package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The headers that cross the proxy, and the headers that never do.
final class HeadersTest {
    private static final List<String> PASS_UP = List.of("User-Agent: SDK/1.0",
            "OpenAI-Organization: org", "OpenAI-Project: proj", "OpenAI-Beta: a=v1",
            "Idempotency-Key: once", "X-Request-Id: req_c", "traceparent: 00-a-b-01",
            "tracestate: a=b", "HTTP-Referer: https://example.com/", "X-Title: Title",
            "X-Session-Id: s1", "x-session-affinity: s2", "session_id: s3", "session-id: s4",
            "conversation_id: c1", "thread-id: t1", "originator: codex_cli_rs",
            "x-client-request-id: r1", "x-codex-turn-metadata: {}", "x-app: cli",
            "X-Claude-Code-Session-Id: s5", "x-opencode-session: s6", "x-parent-session-id: s7",
            "x-grok-conv-id: g1", "X-DashScope-CacheControl: enable", "x-ms-client-request-id: m1",
            "X-OpenRouter-Title: t", "Copilot-Integration-Id: vscode-chat");

    private static final List<String> STAY_DOWN = List.of("Cookie: a=b",
            "X-Forwarded-For: 10.0.0.1", "X-Real-IP: 10.0.0.1", "Forwarded: for=10.0.0.1",
            "Origin: https://example.com", "Referer: https://example.com/",
            "Accept-Encoding: gzip", "Accept: text/event-stream",
            "X-Stainless-Helper-Method: stream", "X-Stainless-Timeout: 600",
            "Proxy-Authorization: Basic x", "TE: trailers", "X-Custom: 1",
            "Connection: keep-alive, X-Custom", "api-key: sk-other", "Via: 1.1 other");

    private static final List<String> PASS_DOWN = List.of("Retry-After: 7", "Retry-After-Ms: 70",
            "x-should-retry: false", "x-ratelimit-limit-tokens: 1",
            "X-RateLimit-Reset-Requests: 6m0s", "openai-processing-ms: 5", "openai-version: x",
            "x-codex-turn-state: t", "apim-request-id: a");

    private static final List<String> STAY_UP = List.of("Set-Cookie: a=b", "Server: secret/1.0",
            "X-Accel-Redirect: /etc", "X-Sendfile: /etc", "Strict-Transport-Security: max-age=1",
            "Access-Control-Allow-Origin: https://other.example", "Via: 1.1 other",
            "WWW-Authenticate: Basic", "Alt-Svc: h3", "CF-Ray: 1", "Link: <a>", "Trailer: X",
            "Keep-Alive: timeout=5", "Content-Language: en", "X-Custom: 1", "X-Runtime: 1",
            "X-Upstream-Request-Id: forged");

    /// The client gets it under another name, because the proxy sends its own `x-request-id`.
    private static final String ID = "x-request-id: req_u";

    private static final Set<String> OWN_DOWN = Set.of("date", "content-type", "content-length",
            "cache-control", "access-control-allow-origin", "access-control-expose-headers",
            "transfer-encoding", "x-accel-buffering", "content-security-policy",
            "x-content-type-options");

    private static Map<String, String> map(List<String> fields) {
        var map = new TreeMap<String, String>();
        fields.forEach(field -> map.put(field.split(": ")[0].toLowerCase(), field.split(": ")[1]));
        return map;
    }

    private static String[] all(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toArray(String[]::new);
    }

    private static String[] down() {
        return Stream.of(PASS_DOWN, STAY_UP, List.of(ID)).flatMap(List::stream)
                .toArray(String[]::new);
    }

    @Test
    void sendsOnlyAllowedHeadersUpstream() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            proxy.chat(Chats.WHOLE, all(PASS_UP, STAY_DOWN));
            var call = upstream.call();
            var expected = map(PASS_UP);
            expected.put("authorization", "Bearer sk-of-the-client");
            expected.put("accept", "application/json");
            expected.put("content-type", "application/json");
            expected.put("host", upstream.url().substring("http://".length()));
            expected.put("content-length", Integer.toString(call.body().length()));
            assertEquals(expected, new TreeMap<>(call.headers()));
        }
    }

    /// Repeated fields of a list header become one list; of other headers the first counts.
    @Test
    void joinsTheRepeatedFieldsOfAList() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            for (var path : List.of("/v1/chat/completions", "/v1/embeddings")) {
                proxy.request("POST", path, Chats.WHOLE, TestProxy.KEY,
                        "anthropic-beta: a-1,a-2", "Anthropic-Beta: a-3", "OpenAI-Beta: b-1",
                        "OpenAI-Beta: \u00e9", "OpenAI-Beta: b-2", "tracestate: x=1",
                        "tracestate: y=2", "X-Session-Id: s1", "X-Session-Id: s2");
                var headers = upstream.call().headers();
                assertEquals("a-1,a-2, a-3", headers.get("anthropic-beta"));
                assertEquals("b-1, b-2", headers.get("openai-beta"));
                assertEquals("x=1, y=2", headers.get("tracestate"));
                assertEquals("s1", headers.get("x-session-id"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Chats.WHOLE, Chats.STREAM})
    void sendsOnlyAllowedHeadersToTheClient(String request) {
        try (var upstream = ScriptedUpstream.start(call -> call.json(200,
                        Chats.completion("Hello."), down()));
                var proxy = TestProxy.before(upstream)) {
            checkClient(proxy.chat(request).headers());
        }
    }

    @Test
    void sendsTheSameHeadersWithAnError() {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(500, "text/html", "<p>",
                        down()));
                var proxy = TestProxy.before(upstream)) {
            checkClient(proxy.chat(Chats.WHOLE).headers());
            checkClient(proxy.chat(Chats.STREAM).headers());
        }
    }

    private static void checkClient(Map<String, String> got) {
        var headers = new TreeMap<>(got);
        assertEquals("*", headers.get("access-control-allow-origin"));
        assertEquals("req_u", headers.remove("x-upstream-request-id"));
        assertTrue(headers.remove("x-request-id").startsWith("req_"));
        headers.keySet().removeAll(OWN_DOWN);
        assertEquals(map(PASS_DOWN), headers);
    }

    @Test
    void addsTheOperatorsHeaders() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "UPSTREAM_EXTRA_HEADERS_JSON="
                        + "{\"X-Title\":\"Ours\",\"X-Custom\":\"a b\","
                        + "\"authorization\":\"Key k\"}")) {
            for (int i = 0; i < 2; i++) {
                if (i == 0) {
                    proxy.chat(Chats.STREAM, "X-Title: Theirs");
                } else {
                    proxy.get("/v1/models", "x-title: Theirs");
                }
                var headers = upstream.call().headers();
                assertEquals("Ours", headers.get("x-title"));
                assertEquals("a b", headers.get("x-custom"));
                assertEquals("Key k", headers.get("authorization"));
            }
        }
    }

    /// The client did not ask for usage, but this header says that it reads it.
    @ParameterizedTest
    @CsvSource({"User-Agent: SDK/1.0, true, false", "User-Agent: Groq/JS 1.6.0, true, true",
        "X-Stainless-Lang: java, false, false"})
    void putsUsageWhereTheClientReadsIt(String field, boolean atFinish, boolean forGroq) {
        var usage = ",\"usage\":{\"total_tokens\":3}}";
        try (var upstream = ScriptedUpstream.answering(200,
                        Chats.completion("Hello.").replaceAll("}$", usage));
                var proxy = TestProxy.before(upstream);
                var client = proxy.stream(Chats.STREAM, field)) {
            assertTrue(client.ending().whole());
            var finish = client.chunks().getLast();
            assertEquals(atFinish, finish.has("usage"));
            assertEquals(forGroq, finish.has("x_groq"));
        }
    }

    /// The JDK's client sends `?` for every character that is not ASCII.
    @Test
    void dropsValuesThatAreNotAscii() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."),
                        "X-Request-Id: \u00e9");
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.chat(Chats.WHOLE, "X-Title: \u00e8", "User-Agent: \u00e9");
            assertEquals(200, response.status());
            assertNull(response.header("x-upstream-request-id"));
            var headers = upstream.call().headers();
            assertNull(headers.get("x-title"));
            assertFalse(headers.get("user-agent").contains("?"), headers::toString);
        }
    }
}
