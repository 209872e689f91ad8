package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// No upstream content can act in a browser as a page of the proxy.
final class SandboxTest {
    private static final String POLICY = "Content-Security-Policy: script-src *";
    private static final String TYPE = "X-Content-Type-Options: none";

    private static void isNoPage(ClientResponse response) {
        assertEquals("sandbox; default-src 'none'", response.header("content-security-policy"));
        assertEquals("nosniff", response.header("x-content-type-options"));
    }

    @ParameterizedTest
    @CsvSource({"200,text/html", "200,image/svg+xml", "200,application/xhtml+xml", "200,text/xml",
        "200,''", "200,text/javascript", "206,text/html", "302,text/html", "404,text/html",
        "500,image/svg+xml", "200,application/json", "200,text/event-stream"})
    void sandboxesPassedAnswers(int status, String type) {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(status, type,
                        "<svg><script>alert(1)</script></svg>", POLICY, TYPE));
                var proxy = TestProxy.before(upstream)) {
            for (var target : new String[] {"/v1/files/f/content", "/v1/models", "/v1/models/m",
                "/v1beta/models", "/v1beta/files/f"}) {
                isNoPage(proxy.get(target));
            }
            isNoPage(proxy.chat(Chats.WHOLE));
            isNoPage(proxy.chat(Chats.STREAM));
        }
    }

    @Test
    void sandboxesAnswersWithoutABody() {
        try (var upstream = ScriptedUpstream.start(call -> call.head(204, POLICY, TYPE));
                var proxy = TestProxy.before(upstream); var client = proxy.connect()) {
            client.request("DELETE", "/v1/files/f", "", TestProxy.KEY);
            isNoPage(client.responseWithoutBody());
            client.request("HEAD", "/v1/files/f", "", TestProxy.KEY);
            isNoPage(client.responseWithoutBody());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "50"})
    void sandboxesStreamsAndTheProxysOwnResponses(String keepalive) {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("<script>"));
                var proxy = TestProxy.before(upstream, "NONSTREAM_KEEPALIVE_MS=" + keepalive)) {
            isNoPage(proxy.chat(Chats.WHOLE));
            isNoPage(proxy.chat("{"));
            isNoPage(proxy.request("POST", "/v1/embeddings", "{}", TestProxy.KEY));
            isNoPage(proxy.get("/<script>".replace("<", "%3C").replace(">", "%3E")));
            isNoPage(proxy.get("/api/status"));
            isNoPage(proxy.get("/api/clients"));
            try (var client = proxy.stream(Chats.STREAM)) {
                assertEquals("sandbox; default-src 'none'",
                        client.headers().get("content-security-policy"));
            }
        }
    }

    @Test
    void keepsTheOwnPolicyOfThePage() {
        try (var upstream = ScriptedUpstream.answering(200, "{}");
                var proxy = TestProxy.before(upstream)) {
            assertFalse(proxy.get("/").header("content-security-policy").contains("sandbox"));
        }
    }
}
