package fakestream.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.http.ServerState;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.SseClient.Frame;
import fakestream.testing.TestProxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The pace of a replay, measured at the client.
final class PacerTest {
    private static final List<String> WORDS = List.of("one ", "two ", "three ", "four ", "five");

    /// The frames that a client gets of a replay of [#WORDS].
    private static List<Frame> play(String... settings) {
        var all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = "CHUNK_TARGET_LENGTH=6";
        try (var upstream = ScriptedUpstream.answering(200,
                        Chats.completion(String.join("", WORDS)));
                var proxy = TestProxy.before(upstream, all);
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals(String.join("", WORDS), client.content());
            assertTrue(client.ending().whole());
            return client.frames();
        }
    }

    private static List<String> contents(Frame frame) {
        return frame.text().lines().filter(line -> line.contains("\"content\":\"")
                && !line.contains("\"content\":\"\"")).map(line ->
                line.replaceAll(".*\"content\":\"([^\"]*)\".*", "$1")).toList();
    }

    /// Times count from the request, because the first frame may reach a busy client late.
    @Test
    void sendsNoPieceBeforeItsTime() {
        var frames = play("CHUNK_DELAY_MS=150");
        assertEquals(WORDS.stream().map(List::of).toList(),
                frames.stream().map(PacerTest::contents).toList());
        for (int i = 1; i < frames.size(); i++) {
            var after = frames.get(i).millis();
            assertTrue(after > i * 150 - 20, i + " after " + after);
        }
    }

    @Test
    void endsTheStreamWithTheLastPiece() {
        var last = play("CHUNK_DELAY_MS=150").getLast();
        assertTrue(last.text().endsWith("data: [DONE]\n\n"), last.text());
        assertEquals(3, SseClient.data(last.text()).size(), last.text());
    }

    @Test
    void opensTheStreamWithTheFirstPiece() {
        var first = play("CHUNK_DELAY_MS=150").getFirst();
        assertEquals(2, SseClient.data(first.text()).size(), first.text());
    }

    @Test
    void sendsTheWholeAnswerWithinItsBound() {
        var frames = play("CHUNK_DELAY_MS=10000", "REPLAY_MAX_MS=400");
        assertEquals(WORDS.size(), frames.size());
        var took = frames.getLast().millis();
        assertTrue(took > 380, took + " ms");
    }

    @Test
    void sendsAllAtOnceWithoutADelay() {
        assertEquals(1, play("CHUNK_DELAY_MS=0").size());
    }

    @Test
    void shrinksTheDelayOnlyAsNeeded() {
        var pacer = new Pacer(Duration.ofMillis(35), Duration.ofSeconds(10),
                new ServerState());
        assertEquals(0, pacer.step(0));
        assertEquals(0, pacer.step(1));
        assertEquals(35_000_000, pacer.step(2));
        assertEquals(35_000_000, pacer.step(286));
        assertEquals(10_000_000, pacer.step(1001));
    }

    @Test
    void alignsPiecesWithOtherStreams() {
        var step = 35_000_000L;
        var phase = step / 8;
        for (var start : new long[] {Long.MIN_VALUE, -1, 0, 1, 123_456_789_012L}) {
            for (int pieces = 1; pieces < 30; pieces++) {
                var due = Pacer.due(start, pieces, step);
                var early = start + pieces * step - due;
                assertEquals(0, Math.floorMod(due, phase));
                assertTrue(early >= 0 && early < phase, early + " ns early");
            }
        }
    }

    @Test
    void isNeverMoreThanFiveMillisecondsEarly() {
        assertEquals(10_000_000_000L, Pacer.due(4_999_999, 1, 10_000_000_000L));
        assertEquals(7, Pacer.due(7, 3, 0));
    }

    @Test
    void hasNoBoundIfTheBoundIsZero() {
        var pacer = new Pacer(Duration.ofMillis(10_000), Duration.ZERO, new ServerState());
        assertEquals(10_000_000_000L, pacer.step(1_000_000));
    }
}
