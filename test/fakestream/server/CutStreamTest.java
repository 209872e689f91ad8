package fakestream.server;

import static fakestream.testing.ScriptedUpstream.events;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// The end of an upstream's own stream that was cut never looks complete.
final class CutStreamTest {
    private static final String DONE = "data: [DONE]\n\n";

    private final CountDownLatch gate = new CountDownLatch(1);

    private static void relay(Script script, Consumer<SseClient> check) {
        try (var upstream = ScriptedUpstream.start(script);
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = proxy.stream(Chats.STREAM)) {
            check.accept(client);
        }
    }

    private static String chunk(int index, String content, String finish) {
        return "data: {\"id\":\"x\",\"choices\":[{\"index\":" + index + ",\"delta\":"
                + "{\"content\":\"" + content + "\"},\"finish_reason\":" + finish + "}]}\n\n";
    }

    /// Resets the connection when the gate opens, so that the reset does not overtake the parts.
    private Script resetAfter(String... parts) {
        return call -> {
            call.begin("text/event-stream");
            for (var part : parts) {
                call.chunk(part);
            }
            Waiting.open(gate);
            call.reset();
        };
    }

    @Test
    void isCutIfTextFollowsTheFinishBeforeAReset() {
        var two = chunk(0, "Hel", "\"stop\"") + chunk(0, "lo wor", "\"stop\"");
        relay(resetAfter(two), client -> {
            client.next("lo wor");
            gate.countDown();
            assertEquals("upstream_truncated", client.error().string("code"));
            assertFalse(client.ending().whole());
        });
        relay(events(two), client -> assertTrue(client.ending().whole()));
    }

    @Test
    void isCutIfOneOfTwoChoicesIsUnfinished() {
        var two = chunk(0, "Zero.", "null") + chunk(1, "One is cu", "null")
                + chunk(0, "", "\"stop\"");
        for (var script : List.<Script>of(events(two), events(two, DONE), call -> {
            call.begin("text/event-stream");
            call.chunk(two);
        })) {
            relay(script, client -> {
                assertEquals("upstream_truncated", client.error().string("code"));
                assertTrue(client.body().startsWith(two), client::body);
                assertFalse(client.body().contains("[DONE]"));
                assertFalse(client.ending().whole());
            });
        }
        relay(events(two, chunk(1, "t.", "\"stop\"")), client ->
                assertTrue(client.ending().whole()));
    }

    @Test
    void isCutIfTheConnectionEndsBeforeTheSecondChoiceBegins() {
        var asked = Chats.STREAM.replaceFirst("\\{", "{\"n\":2,");
        var one = chunk(0, "Zero.", "\"stop\"");
        for (var whole : new boolean[] {false, true}) {
            try (var upstream = ScriptedUpstream.start(call -> {
                        call.begin("text/event-stream");
                        call.chunk(one);
                        if (whole) {
                            call.end();
                        }
                    });
                    var proxy = TestProxy.before(upstream); var client = proxy.stream(asked)) {
                assertEquals(whole, client.ending().whole());
            }
        }
    }

    /// Half an event would spoil the end of a complete stream.
    @Test
    void dropsHalfAnEventAfterTheFinish() {
        var begun = Chats.event("{\"content\":\"Hello.\"}") + Chats.finish();
        relay(call -> {
            call.begin("text/event-stream");
            call.chunk(begun + "data: {\"choices\":[],\"usa");
        }, client -> {
            assertEquals(begun, client.body());
            assertTrue(client.ending().whole());
        });
    }
}
