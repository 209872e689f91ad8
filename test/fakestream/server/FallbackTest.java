package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import org.junit.jupiter.api.Test;

/// Only some failures make the proxy ask the upstreams of FALLBACK_API_URLS.
final class FallbackTest {
    private static final String GOOD = Chats.completion("Hello.");

    private static ScriptedUpstream failing(int status) {
        return ScriptedUpstream.answering(status,
                Chats.error("server_error", "null", "Not now."), "Retry-After-Ms: 1");
    }

    private static ScriptedUpstream good() {
        return ScriptedUpstream.answering(200, GOOD);
    }

    @Test
    void asksTheFallbacksInTheirOrder() {
        try (var first = failing(503); var second = failing(500);
                var third = good();
                var proxy = TestProxy.before(first, "RETRY_MAX=1",
                        "FALLBACK_API_URLS=" + second.url() + "," + third.url())) {
            assertEquals(GOOD, proxy.chat(Chats.WHOLE).text());
            assertEquals(2, first.count());
            assertEquals(1, second.count(), "RETRY_MAX is for all of them together");
            assertEquals(1, third.count());
        }
    }

    /// The upstream may charge for an answer even if the connection lost it.
    @Test
    void asksNoFallbackAfterALostAnswer() {
        try (var first = ScriptedUpstream.start(call -> call.reset()); var second = good();
                var proxy = TestProxy.before(first, "RETRY_MAX=2",
                        "FALLBACK_API_URLS=" + second.url())) {
            assertEquals("upstream_closed", proxy.chat(Chats.WHOLE).error(502).string("code"));
            assertEquals(1, first.count());
            assertEquals(0, second.count());
        }
    }

    @Test
    void asksNoFallbackAfterAClientError() {
        try (var first = failing(400); var second = good();
                var proxy = TestProxy.before(first, "FALLBACK_API_URLS=" + second.url())) {
            proxy.chat(Chats.WHOLE).error(400);
            assertEquals(0, second.count());
        }
    }
}
