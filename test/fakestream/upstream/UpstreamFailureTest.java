package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.FullListener;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// An upstream that cannot be reached, is too slow, or sends too much.
final class UpstreamFailureTest {
    private static final String[] SHORT_IDLE = {"UPSTREAM_IDLE_TIMEOUT_MS=1000"};
    private static final String[] SHORT =
            {"UPSTREAM_IDLE_TIMEOUT_MS=1000", "UPSTREAM_TIMEOUT_MS=1300"};

    /// The client gets this failure before the commit, streamed or not.
    private static void fails(int status, String code, String url, String... settings) {
        try (var proxy = TestProxy.before(url, settings)) {
            var error = proxy.chat(Chats.STREAM).error(status);
            assertEquals(code, error.string("code"), error::toString);
            assertEquals("upstream_error", error.string("type"));
            assertFalse(error.toString().contains("127.0.0.1"), error::toString);
            assertEquals(error, proxy.chat(Chats.WHOLE).error(status));
            assertEquals(error, proxy.get("/v1/models").error(status));
            assertEquals(code.equals("upstream_tls"), proxy.diagnostics()
                    .contains("no secure connection to the upstream could be made: "));
            assertFalse(proxy.diagnostics().contains("ERROR"), proxy::diagnostics);
        }
    }

    private static void fails(int status, String code, Script script, String... settings) {
        try (var upstream = ScriptedUpstream.start(script)) {
            fails(status, code, upstream.url(), settings);
        }
    }

    @Test
    void isBadGatewayIfTheConnectionIsRefused() throws IOException {
        String url;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://127.0.0.1:" + free.getLocalPort();
        }
        fails(502, "upstream_unreachable", url);
    }

    @Test
    void isGatewayTimeoutIfConnectingTimesOut() {
        try (var full = new FullListener()) {
            fails(504, "upstream_connect_timeout", full.url(), "UPSTREAM_CONNECT_TIMEOUT_MS=300");
        }
    }

    @Test
    void isBadGatewayIfTheUpstreamSpeaksNoTls() throws IOException {
        try (var plain = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> greet(plain));
            fails(502, "upstream_tls", "https://127.0.0.1:" + plain.getLocalPort());
        }
    }

    private static void greet(ServerSocket server) {
        try {
            while (true) {
                var socket = server.accept();
                socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
            }
        } catch (IOException _) {
            // The test is over.
        }
    }

    @Test
    void isBadGatewayIfTheUpstreamClosesOrTalksNonsense() {
        fails(502, "upstream_closed", _ -> { });
        fails(502, "upstream_closed", call -> call.reset());
        fails(502, "upstream_closed", call -> call.send("HTTP/1.1 200"));
        fails(502, "upstream_invalid", call -> call.send("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
        fails(502, "upstream_invalid", call -> call.send("HTTP/1.1 twohundred OK\r\n\r\n"));
    }

    @Test
    void isBadGatewayIfLengthAndChunksContradict() {
        fails(502, "upstream_invalid", call -> {
            call.send("HTTP/1.1 200 OK\r\n"
                    + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}");
            // If the end comes with the head, the JDK's client may see no head at all.
            LockSupport.parkNanos(200_000_000);
        });
    }

    @Test
    void isGatewayTimeoutIfTheBodyFallsSilent() {
        var started = System.nanoTime();
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("application/json");
                    call.chunk("{\"choices\":");
                    call.sawClose();
                });
                var proxy = TestProxy.before(upstream, SHORT_IDLE);
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals("upstream_timeout", client.response().error(504).string("code"));
            var took = Waiting.millisSince(started);
            assertTrue(took > 980, took + " ms");
            upstream.call().sawClose();
        }
    }

    @Test
    void isAnErrorEventIfAStreamFallsSilent() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("text/event-stream");
                    call.chunk(Chats.event("{\"role\":\"assistant\",\"content\":\"Hel\"}"));
                    call.sawClose();
                });
                var proxy = TestProxy.before(upstream, SHORT_IDLE);
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals("upstream_timeout", client.error().string("code"));
            assertFalse(client.ending().whole());
        }
    }

    /// Neither thinking before the head nor a dripping body counts as idle.
    @Test
    void isGatewayTimeoutIfTheWholeTakesTooLong() {
        Waiting.together(Map.of("thinks", () -> takesTooLong(Call::sawClose),
                "drips", () -> takesTooLong(UpstreamFailureTest::drip)));
    }

    private static void takesTooLong(Script script) {
        var started = System.nanoTime();
        try (var upstream = ScriptedUpstream.start(script);
                var proxy = TestProxy.before(upstream, SHORT);
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals("upstream_timeout", client.response().error(504).string("code"));
            var took = Waiting.millisSince(started);
            assertTrue(took > 1280, took + " ms");
        }
    }

    private static void drip(Call call) throws IOException {
        call.begin("application/json");
        for (int i = 0; i < 50; i++) {
            call.chunk("\n");
            LockSupport.parkNanos(100_000_000);
        }
    }

    @Test
    void isBadGatewayIfTheAnswerIsTooLarge() {
        Script endless = call -> {
            call.begin("application/json");
            while (true) {
                call.chunk("\"" + "x".repeat(1000));
            }
        };
        fails(502, "upstream_too_large", endless, "MAX_UPSTREAM_BYTES=100000");
        fails(502, "upstream_too_large", call -> {
            call.head(500);
            call.send(" ".repeat(1025));
        }, "MAX_UPSTREAM_BYTES=1024");
    }

    @Test
    void isAbsentIfTheAnswerIsAsLargeAsAllowed() {
        var answer = Chats.completion("Hello.");
        try (var upstream = ScriptedUpstream.answering(200, answer
                        + " ".repeat(1024 - answer.length()));
                var proxy = TestProxy.before(upstream, "MAX_UPSTREAM_BYTES=1024")) {
            assertEquals(1024, proxy.chat(Chats.WHOLE).body().length);
        }
    }

    @Test
    void isAnErrorEventIfAPassedThroughStreamIsTooLarge() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("text/event-stream");
                    while (true) {
                        call.chunk(Chats.event("{\"content\":\"x\"}"));
                    }
                });
                var proxy = TestProxy.before(upstream, "MAX_UPSTREAM_BYTES=5000");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals("upstream_too_large", client.error().string("code"));
            assertFalse(client.ending().whole());
            upstream.call().sawClose();
        }
    }
}
