package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A client that leaves: the proxy then cancels the upstream's work.
final class LeavingTest {
    private static final String[] QUICK = {"COMMIT_AFTER_MS=100", "HEARTBEAT_INTERVAL_MS=500",
        "CHUNK_DELAY_MS=600", "CHUNK_TARGET_LENGTH=3"};

    private static void logs499(TestProxy proxy) {
        var line = proxy.accessLine();
        assertTrue(line.matches("POST /v1/chat/completions 499 \\d+B \\d+ms client left .*"), line);
    }

    @Test
    void cancelsTheUpstreamInEachOfItsPhases() {
        Waiting.together(Map.of(
                "thinking", () -> cancels(_ -> { }, SseClient.HEARTBEAT),
                "in the middle of its answer", () -> cancels(call -> {
                    call.begin("application/json");
                    call.chunk("{\"choices\":");
                }, SseClient.HEARTBEAT),
                "pausing in a stream", () -> cancels(call -> {
                    call.begin("text/event-stream");
                    call.chunk(Chats.event("{\"role\":\"assistant\",\"content\":\"Hel\"}"));
                }, "Hel")));
    }

    /// The client leaves when it has seen this text.
    private static void cancels(Script script, String seen) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    script.play(call);
                    call.sawClose();
                });
                var proxy = TestProxy.before(upstream, QUICK);
                var client = proxy.stream(Chats.STREAM)) {
            client.next(seen);
            client.leave();
            upstream.call().sawClose();
            logs499(proxy);
        }
    }

    /// The first heartbeats after the commit detect that the client left before the first byte.
    @Test
    void cancelsTheUpstreamIfTheClientLeftBeforeTheCommit() {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose());
                var proxy = TestProxy.before(upstream, QUICK); var client = proxy.connect()) {
            client.request("POST", "/v1/chat/completions", Chats.STREAM, TestProxy.KEY);
            var call = upstream.call();
            client.leave();
            call.sawClose();
            logs499(proxy);
        }
    }

    @Test
    void logsAClientThatLeavesInASlowReplay() {
        try (var upstream = ScriptedUpstream.answering(200,
                        Chats.completion("one two three four five six seven eight nine ten"));
                var proxy = TestProxy.before(upstream, QUICK);
                var client = proxy.stream(Chats.STREAM)) {
            client.next("one");
            client.leave();
            logs499(proxy);
        }
    }

    @Test
    void logsAClientThatLeavesInItsRequest() {
        try (var upstream = ScriptedUpstream.answering(200, "{}");
                var proxy = TestProxy.before(upstream)) {
            try (var client = proxy.connect()) {
                client.send(RawClient.head("POST", "/v1/chat/completions", TestProxy.KEY,
                        "Content-Length: 100") + "\r\n{\"messages\":");
            }
            logs499(proxy);
            assertEquals(0, upstream.count());
        }
    }

    @Test
    void leavesOtherClientsAlone() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    if (call.body().contains("slow")) {
                        call.sawClose();
                    }
                    call.json(200, Chats.completion("Hello."));
                });
                var proxy = TestProxy.before(upstream, QUICK);
                var leaving = proxy.stream(Chats.STREAM.replace("Hi", "slow"));
                var staying = proxy.stream(Chats.STREAM)) {
            leaving.next();
            leaving.leave();
            assertEquals("Hello.", staying.content());
            assertTrue(staying.ending().whole());
        }
    }
}
