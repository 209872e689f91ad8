package fakestream.server;

import static fakestream.testing.ScriptedUpstream.events;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// An upstream that streams although the proxy asked for a whole answer; the client wants a stream.
final class PassOnTest {
    private static final String ROLE = Chats.event("{\"role\":\"assistant\",\"content\":\"\"}");
    private static final String HELLO = Chats.event("{\"content\":\"Hello.\"}");
    private static final String DONE = "data: [DONE]\n\n";
    private static final String ERROR =
            "data: " + Chats.error("server_error", "null", "Out of luck.") + "\n\n";

    private final CountDownLatch gate = new CountDownLatch(1);

    @FunctionalInterface
    private interface Check {
        void check(SseClient client);
    }

    private static void relay(Script script, Check check, String... settings) {
        try (var upstream = ScriptedUpstream.start(script);
                var proxy = TestProxy.before(upstream, settings);
                var client = proxy.stream(Chats.STREAM)) {
            check.check(client);
        }
    }

    /// A client would take this stream for an empty answer.
    @Test
    void isBadGatewayIfTheStreamHasOnlyDone() {
        try (var upstream = ScriptedUpstream.start(call ->
                    call.answer(200, "text/event-stream", DONE));
                var proxy = TestProxy.before(upstream);
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals("upstream_truncated", client.response().error(502).string("code"));
        }
    }

    @Test
    void breaksOffIfTheStreamHasNoChoices() {
        try (var upstream = ScriptedUpstream.start(call ->
                    call.answer(200, "text/event-stream", "data: {\"choices\":[]}\n\n" + DONE));
                var proxy = TestProxy.before(upstream);
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals("upstream_truncated", client.error().string("code"));
            assertFalse(client.ending().whole());
        }
    }

    @Test
    void passesEveryByte() {
        var odd = ": OPENROUTER PROCESSING\n\n" + ROLE.replace("\n", "\r\n") + HELLO
                + "id: 7\nevent: message\n" + HELLO.replace("data: {", "data:\t{ ") + "\n\n\n"
                + Chats.finish() + "data: {\"choices\":[],\"usage\":{\"total_tokens\":1.0e1}}\n\n"
                + DONE;
        relay(events(odd), client -> {
            assertEquals(odd, client.body());
            assertTrue(client.ending().whole());
        });
    }

    @Test
    void passesEventsThatComeInPieces() {
        var all = ROLE + Chats.event("{\"content\":\"日本語\"}") + Chats.finish() + DONE;
        relay(call -> {
            call.begin("text/event-stream");
            for (var c : all.split("")) {
                call.chunk(c);
            }
            call.end();
        }, client -> assertEquals(all, client.body()));
    }

    @Test
    void passesEachEventAtOnce() {
        relay(call -> {
            call.begin("text/event-stream");
            call.chunk(ROLE + "data: {\"unfinished");
            Waiting.open(gate);
            call.chunk("\":1}\n\n" + DONE);
            call.end();
        }, client -> {
            assertEquals(ROLE, client.next().text());
            gate.countDown();
            assertTrue(client.ending().whole());
        });
    }

    @Test
    void recognisesAStreamWithAnyContentType() {
        relay(call -> call.json(200, ROLE + HELLO + Chats.finish() + DONE),
                client -> assertEquals("Hello.", client.content()));
        relay(call -> call.answer(200, "text/event-stream", "\n " + Chats.completion("Hello.")),
                client -> assertEquals("Hello.", client.content()));
    }

    @Test
    void passesTheUpstreamsHeaders() {
        relay(call -> {
            call.head(200, "Content-Type: text/event-stream", "x-request-id: req_1",
                    "X-Accel-Redirect: /secret");
            call.send(ROLE + HELLO + DONE);
        }, client -> {
            assertEquals("req_1", client.headers().get("x-upstream-request-id"));
            assertEquals(null, client.headers().get("x-accel-redirect"));
            assertTrue(client.ending().whole());
        });
    }

    @Test
    void isCompleteWithAFinishAndNoDone() {
        relay(events(ROLE, HELLO, Chats.finish()), client -> {
            assertEquals(ROLE + HELLO + Chats.finish(), client.body());
            assertTrue(client.ending().whole());
        });
    }

    @Test
    void isCompleteWithoutTheLastBlankLine() {
        relay(events(ROLE, HELLO, "data: [DONE]"), client -> {
            assertEquals(ROLE + HELLO + "data: [DONE]\n\n", client.body());
            assertTrue(client.ending().whole());
        });
    }

    @Test
    void isCompleteWithoutTheEndOfTheBody() {
        relay(call -> {
            call.begin("text/event-stream");
            call.chunk(ROLE + HELLO + DONE);
        }, client -> {
            assertEquals(ROLE + HELLO + DONE, client.body());
            assertTrue(client.ending().whole());
        });
    }

    @Test
    void reportsThatTheUpstreamBrokeOff() {
        for (var script : List.<Script>of(events(ROLE, HELLO), call -> {
            call.begin("text/event-stream");
            call.chunk(ROLE + HELLO);
        }, call -> {
            call.head(200, "Content-Type: text/event-stream");
            call.send(ROLE + HELLO + HELLO.substring(0, 50));
        })) {
            relay(script, client -> {
                assertEquals("upstream_truncated", client.error().string("code"));
                assertTrue(client.body().startsWith(ROLE + HELLO + "event: error\n"),
                        client.body());
                assertFalse(client.ending().whole());
            });
        }
    }

    @Test
    void isBadGatewayIfTheStreamIsEmpty() {
        relay(events("\n\n"), client -> assertEquals("upstream_truncated",
                client.response().error(502).string("code")));
    }

    /// OpenRouter sends `[DONE]` after an error too.
    @Test
    void endsWithTheUpstreamsErrorAndNoDone() {
        for (var parts : List.of(List.of(ERROR, DONE), List.of(ERROR.strip()),
                List.of(ERROR.replace("{\"error\"", "{\"choices\":[{\"finish_reason\":\"error\"}],"
                        + "\"error\""), DONE))) {
            relay(events(ROLE, HELLO, String.join("", parts)), client -> {
                assertEquals(ROLE + HELLO + "event: error\n" + ERROR, client.body());
                assertFalse(client.ending().whole());
            });
        }
    }

    @Test
    void isBadGatewayIfTheStreamBeginsWithAnError() {
        relay(events(ERROR, DONE), client -> assertEquals("Out of luck.",
                client.response().error(502).string("message")));
        relay(events("event: error\ndata: Out of luck.\n\n"), client -> assertTrue(
                client.response().error(502).string("message").endsWith("Out of luck.")));
    }

    @Test
    void beatsInAPauseWithEmptyChunksOfTheStream() {
        relay(call -> {
            call.begin("text/event-stream");
            call.chunk(ROLE + ": OPENROUTER PROCESSING\n\n");
            Waiting.open(gate);
            call.chunk(HELLO + Chats.finish() + DONE);
            call.end();
        }, client -> {
            var beat = client.next("\"delta\":{}");
            assertEquals(List.of(Chats.event("{}")), List.of(beat.text()));
            gate.countDown();
            assertEquals("Hello.", client.content());
            assertFalse(client.body().contains(SseClient.HEARTBEAT), client.body());
        }, "HEARTBEAT_INTERVAL_MS=500");
    }

    @Test
    void keepsTheIdThatAHeartbeatSent() {
        relay(call -> {
            Waiting.open(gate);
            events(": OPENROUTER PROCESSING\n\n", ROLE, HELLO, Chats.finish(), DONE).play(call);
        }, client -> {
            var opening = ClientResponse.object(SseClient.data(client.next().text()).getFirst());
            gate.countDown();
            assertEquals("Hello.", client.content());
            assertTrue(client.ending().whole());
            assertEquals(List.of(opening.string("id")), client.chunks().stream()
                    .map(chunk -> chunk.string("id")).distinct().toList());
            assertEquals(1, client.chunks().stream()
                    .filter(chunk -> SseClient.delta(chunk).has("role")).count());
            assertEquals("[DONE]", client.data().getLast());
        }, "HEARTBEAT_STYLE=chunk", "COMMIT_AFTER_MS=0");
    }

    @Test
    void sendsAnErrorAfterAHeartbeat() {
        relay(call -> {
            Waiting.open(gate);
            events(ROLE, HELLO).play(call);
        }, client -> {
            assertTrue(client.next().isHeartbeat());
            gate.countDown();
            assertEquals("upstream_truncated", client.error().string("code"));
        }, "COMMIT_AFTER_MS=0");
    }
}
