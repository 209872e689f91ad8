package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/// Proxies on the way to the upstream that fail, each played to the byte. `make wayout` asks
/// through a real one.
final class ProxyOnTheWayTest {
    private static final String LOGIN = "user:password-of-2026";
    /// Base64 of the login.
    private static final String TOKEN = "dXNlcjpwYXNzd29yZC1vZi0yMDI2";

    private static TestProxy asking(String upstream, String proxy, String... settings) {
        var all = new String[settings.length + 1];
        System.arraycopy(settings, 0, all, 0, settings.length);
        all[settings.length] = "UPSTREAM_PROXY=" + proxy.replace("http://",
                "http://" + LOGIN + "@");
        return TestProxy.before(upstream, all);
    }

    /// The log's line about a call to an `https://` upstream; the client gets only a 502 or 504.
    private static String failure(ScriptedUpstream way, int status, String... settings) {
        try (var proxy = asking("https://upstream.test", way.url(), settings)) {
            var error = proxy.chat(Chats.WHOLE).error(status);
            assertEquals("upstream_proxy", error.string("code"));
            assertFalse(error.toString().contains("127.0.0.1"), error::toString);
            var said = proxy.diagnostics();
            assertFalse(said.contains("password-of"), said);
            assertFalse(said.contains(TOKEN), said);
            var start = "through the proxy on the way: " + way.url() + " ";
            assertTrue(said.contains(start), said);
            return said.substring(said.lastIndexOf(start) + start.length()).lines().findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void sendsUserAndPasswordForATunnel() {
        try (var way = ScriptedUpstream.start(call -> call.head(403))) {
            assertEquals("opened no tunnel, it answered 403", failure(way, 502));
            var call = way.call();
            assertEquals("CONNECT upstream.test:443 HTTP/1.1", call.requestLine());
            assertEquals("Basic " + TOKEN, call.headers().get("proxy-authorization"));
            assertNull(call.headers().get("authorization"));
        }
    }

    @Test
    void failsAListOfModelsInTheSameWay() {
        try (var way = ScriptedUpstream.start(call -> call.head(403));
                var proxy = asking("https://upstream.test", way.url())) {
            assertEquals("upstream_proxy", proxy.get("/v1/models").error(502).string("code"));
        }
    }

    @Test
    void takesNoAnswerOfTheProxyForTheUpstreams() {
        try (var way = ScriptedUpstream.start(call -> call.answer(407, "text/html", "Who are you?",
                "Proxy-Authenticate: Basic realm=\"x\""))) {
            assertEquals("wants a user and a password, it answered 407", failure(way, 502));
        }
    }

    @Test
    void noticesAProxyThatClosesOrIsNone() {
        try (var way = ScriptedUpstream.start(_ -> { })) {
            assertTrue(failure(way, 502).startsWith("opened no tunnel: "));
        }
        try (var way = ScriptedUpstream.start(call -> call.send("SSH-2.0-OpenSSH_9.2\r\n\r\n"))) {
            assertTrue(failure(way, 502).startsWith("opened no tunnel: "));
        }
    }

    @Test
    void endsTheWaitForATunnel() {
        try (var way = ScriptedUpstream.start(Call::sawClose)) {
            assertEquals("gave no connection within UPSTREAM_CONNECT_TIMEOUT_MS",
                    failure(way, 504, "UPSTREAM_CONNECT_TIMEOUT_MS=100"));
            way.call().sawClose();
        }
    }

    @Test
    void closesTheTunnelsConnectionWhenTheClientLeaves() throws IOException {
        try (var way = ScriptedUpstream.start(Call::sawClose);
                var proxy = asking("https://upstream.test", way.url(),
                        "UPSTREAM_CONNECT_TIMEOUT_MS=100000")) {
            var client = proxy.connect().request("POST", "/v1/chat/completions", Chats.STREAM,
                    TestProxy.KEY);
            var call = way.call();
            client.close();
            call.sawClose();
        }
    }

    /// Nothing reached the upstream, so asking again costs nothing.
    @Test
    void asksAgainAndThenTheFallback() {
        try (var way = ScriptedUpstream.start(call -> {
                    if (call.requestLine().startsWith("CONNECT")) {
                        call.head(502);
                    } else {
                        call.json(200, Chats.completion("Hello."));
                    }
                });
                var proxy = asking("https://upstream.test", way.url(), "RETRY_MAX=1",
                        "FALLBACK_API_URLS=http://fallback.test")) {
            assertEquals(200, proxy.chat(Chats.WHOLE).status());
            assertEquals(3, way.count());
        }
    }

    @Test
    void namesAProxyThatIsDown() throws IOException {
        int closed;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        for (var scheme : new String[] {"http", "https"}) {
            try (var proxy = asking(scheme + "://upstream.test", "http://127.0.0.1:" + closed)) {
                assertEquals("upstream_proxy", proxy.chat(Chats.WHOLE).error(502).string("code"));
                assertTrue(proxy.diagnostics().contains("http://127.0.0.1:" + closed
                        + " refused the connection"), proxy::diagnostics);
            }
        }
    }

    @Test
    void asksAPlainUpstreamInAbsoluteForm() {
        try (var way = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = asking("http://upstream.test", way.url())) {
            assertEquals(Chats.completion("Hello."), proxy.chat(Chats.WHOLE).text());
            var call = way.call();
            assertEquals("POST http://upstream.test/v1/chat/completions HTTP/1.1",
                    call.requestLine());
            assertEquals("Basic " + TOKEN, call.headers().get("proxy-authorization"));
            assertEquals("upstream.test", call.headers().get("host"));
        }
        try (var way = ScriptedUpstream.answering(407, "{}");
                var proxy = asking("http://upstream.test", way.url())) {
            assertEquals("upstream_proxy", proxy.chat(Chats.WHOLE).error(502).string("code"));
        }
    }

    /// Without a proxy, a 407 is the upstream's own error.
    @Test
    void leavesTheUpstreamsOwn407AsItIs() {
        try (var upstream = ScriptedUpstream.answering(407, "{\"error\":{\"message\":\"no\"}}");
                var proxy = TestProxy.before(upstream)) {
            assertEquals(407, proxy.chat(Chats.WHOLE).status());
            assertNull(upstream.call().headers().get("proxy-authorization"));
        }
    }

    @Test
    void showsTheProxyWhereItShowsTheUpstream() {
        try (var way = ScriptedUpstream.answering(200, "{}");
                var proxy = asking("https://upstream.test", way.url())) {
            assertEquals("https://upstream.test/v1 through " + way.url() + " (UPSTREAM_PROXY)",
                    proxy.server().upstreamUrl());
            var status = proxy.get("/api/status").text();
            assertTrue(status.contains("\"upstream_proxy\":\"" + way.url() + "\""), status);
        }
    }
}
