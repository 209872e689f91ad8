package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.TestProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Upstreams with keys of their own, and several keys for one upstream.
final class VendorsTest {
    private static final String GOOD = Chats.completion("Hello.");
    private static final String CLIENT = "Authorization: Bearer proxy-key-1";

    private final List<Call> seen = new CopyOnWriteArrayList<>();

    private ScriptedUpstream upstream(Script script) {
        return ScriptedUpstream.start(call -> {
            seen.add(call);
            script.play(call);
        });
    }

    private static Script failing(int status, String... fields) {
        return call -> call.json(status, Chats.error("server_error", "null", "Not now."), fields);
    }

    private static Script good() {
        return call -> call.json(200, GOOD);
    }

    private static TestProxy proxy(String url, String... more) {
        var settings = new ArrayList<>(List.of("OPENAI_API_KEY=first-key-1,first-key-2",
                "PROXY_API_KEYS=proxy-key-1", "RETRY_MAX=0", "HEARTBEAT_INTERVAL_MS=500",
                "COMMIT_AFTER_MS=0", "UPSTREAM_EXTRA_HEADERS_JSON={\"X-First\":\"first-header\"}"));
        settings.addAll(List.of(more));
        return TestProxy.before(url, settings.toArray(String[]::new));
    }

    private static String[] vendor(ScriptedUpstream upstream, String... more) {
        var settings = new ArrayList<>(List.of("FALLBACK_1_API_URL=" + upstream.url(),
                "FALLBACK_1_API_KEY=second-key",
                "FALLBACK_1_MODELS=other=x,m=their/model,gpt-*=their/model",
                "FALLBACK_1_EXTRA_HEADERS_JSON={\"X-Second\":\"second-header\"}"));
        settings.addAll(List.of(more));
        return settings.toArray(String[]::new);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("busy", failing(429)),
                Arguments.of("down", failing(503)),
                Arguments.of("no access", failing(403)),
                Arguments.of("silent", (Script) Call::sawClose));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void asksAnotherVendorWithItsOwnKey(String name, Script fault) {
        try (var first = upstream(fault); var second = upstream(good());
                var proxy = proxy(first.url(), vendor(second,
                        "UPSTREAM_FIRST_BYTE_TIMEOUT_MS=300"))) {
            assertEquals(GOOD, proxy.request("POST", "/v1/chat/completions", Chats.WHOLE, CLIENT)
                    .text(), name);
            assertEquals(List.of("Bearer first-key-1", "Bearer second-key"), sent("authorization"));
            assertTrue(seen.getFirst().body().contains("\"m\""));
            assertTrue(seen.getLast().body().contains("\"their/model\""), seen.getLast().body());
            assertEquals("first-header", seen.getFirst().headers().get("x-first"));
            assertNull(seen.getLast().headers().get("x-first"));
            assertEquals("second-header", seen.getLast().headers().get("x-second"));
            seen.getLast().headers().values().forEach(value ->
                    assertFalse(value.contains("first-") || value.contains("proxy-"), value));
        }
    }

    @Test
    void asksAnotherVendorIfTheFirstRefusesConnections() {
        String url;
        try (var closed = upstream(good())) {
            url = closed.url();
        }
        try (var second = upstream(good()); var proxy = proxy(url, vendor(second))) {
            assertEquals(GOOD, proxy.request("POST", "/v1/chat/completions", Chats.WHOLE, CLIENT)
                    .text());
            assertEquals(List.of("Bearer second-key"), sent("authorization"));
        }
    }

    @Test
    void namesTheModelInAPathToo() {
        try (var first = upstream(failing(503)); var second = upstream(good());
                var proxy = proxy(first.url(), vendor(second))) {
            proxy.request("POST", "/v1beta/models/gpt-4:generateContent?a=gpt-4", "{}", CLIENT);
            assertEquals("POST /v1beta/models/their%2Fmodel:generateContent?a=gpt-4 HTTP/1.1",
                    seen.getLast().requestLine());
            assertEquals("second-key", seen.getLast().headers().get("x-goog-api-key"));
        }
    }

    @Test
    void neverReplacesAClientsOwnKey() {
        try (var first = upstream(failing(503)); var second = upstream(good());
                var proxy = proxy(first.url(), vendor(second, "PROXY_API_KEYS="))) {
            proxy.chat(Chats.WHOLE).error(503);
            assertEquals(0, second.count());
        }
    }

    @Test
    void sendsNoKeyToAVendorThatHasNone() {
        try (var first = upstream(failing(503)); var second = upstream(good());
                var proxy = proxy(first.url(), vendor(second, "PROXY_API_KEYS=",
                        "FALLBACK_1_API_KEY="))) {
            assertEquals(GOOD, proxy.chat(Chats.WHOLE).text());
            assertNull(seen.getLast().headers().get("authorization"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 429})
    void usesTheNextKeyWhileOneRests(int status) {
        try (var upstream = upstream(call -> {
                    if (call.headers().get("authorization").endsWith("1")) {
                        failing(status, "Retry-After: 100").play(call);
                    } else {
                        good().play(call);
                    }
                });
                var proxy = proxy(upstream.url(), "RETRY_MAX=1")) {
            for (int i = 0; i < 2; i++) {
                assertEquals(GOOD, proxy.request("POST", "/v1/chat/completions", Chats.WHOLE,
                        CLIENT).text());
            }
            assertEquals(List.of("Bearer first-key-1", "Bearer first-key-2",
                    "Bearer first-key-2"), sent("authorization"));
        }
    }

    @Test
    void keepsToTheBoundOfAllRetries() {
        try (var upstream = upstream(failing(401)); var proxy = proxy(upstream.url())) {
            assertEquals(401, proxy.request("POST", "/v1/chat/completions", Chats.WHOLE, CLIENT)
                    .status());
            assertEquals(1, upstream.count());
        }
    }

    @Test
    void masksTheKeysOfAllUpstreams() {
        Script leak = call -> call.json(400, Chats.error("invalid_request_error", "null",
                "first-key-1 first-key-2 second-key second-header first-header"));
        try (var first = upstream(leak); var second = upstream(good());
                var proxy = proxy(first.url(), vendor(second))) {
            var text = proxy.request("POST", "/v1/chat/completions", Chats.WHOLE, CLIENT).text();
            assertTrue(text.contains("*** *** *** *** ***"), text);
        }
    }

    private List<String> sent(String header) {
        return seen.stream().map(call -> call.headers().get(header)).toList();
    }
}
