package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import fakestream.config.Config;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The headers that the operator lets pass.
final class ForwardHeadersTest {
    private static final String NAMED = "FORWARD_HEADERS=X-User, X-Team-*\nAccept-*";
    private static final String[] SENT = {TestProxy.KEY, "x-user: u1", "X-USER: u2",
        "X-Team-Id: t", "x-team-: empty", "X-Teams: no", "X-Other: no", "Accept-Language: de",
        "Accept-Encoding: br", "Cookie: a=b"};

    private static ScriptedUpstream fine() {
        return ScriptedUpstream.answering(200, Chats.completion("Hello."));
    }

    private static void assertForwarded(Map<String, String> headers) {
        assertEquals("u1, u2", headers.get("x-user"));
        assertEquals("t", headers.get("x-team-id"));
        assertEquals("empty", headers.get("x-team-"));
        assertEquals("de", headers.get("accept-language"));
        for (var name : List.of("x-teams", "x-other", "cookie", "accept-encoding")) {
            assertNull(headers.get(name), name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/embeddings", "/v1/models"})
    void forwardsTheNamedHeadersOfEachKindOfRequest(String path) {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream, NAMED)) {
            var method = path.endsWith("models") ? "GET" : "POST";
            proxy.request(method, path, method.equals("GET") ? "" : Chats.WHOLE, SENT);
            assertForwarded(upstream.call().headers());
        }
    }

    @Test
    void forwardsThemToFallbacks() {
        try (var broken = ScriptedUpstream.answering(503, "{}"); var upstream = fine();
                var proxy = TestProxy.before(broken, NAMED,
                        "FALLBACK_API_URLS=" + upstream.url())) {
            proxy.request("POST", "/v1/chat/completions", Chats.WHOLE, SENT);
            assertForwarded(broken.call().headers());
            assertForwarded(upstream.call().headers());
        }
    }

    @Test
    void changesWithTheSettings() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            proxy.chat(Chats.WHOLE, "X-User: u");
            assertNull(upstream.call().headers().get("x-user"));
            proxy.server().reload(Config.of(Map.of("FORWARD_HEADERS", "x-user",
                    "SOURCE_API_URL", upstream.url())));
            proxy.chat(Chats.WHOLE, "X-User: u");
            assertEquals("u", upstream.call().headers().get("x-user"));
        }
    }
}
