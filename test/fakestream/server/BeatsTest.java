package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.HeartbeatStyle;
import fakestream.json.JsonObject;
import fakestream.protocol.ChatCompletions;
import fakestream.protocol.Responses;
import fakestream.protocol.SseEvent;
import fakestream.protocol.Telling;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BeatsTest {
    private static final SseEvent CHUNK = SseEvent.Message.of("{\"choices\":[{}]}");

    private static Beats beats(HeartbeatStyle style, long intervalMillis) {
        return Beats.of(style, Duration.ofMillis(intervalMillis), new ChatCompletions(),
                JsonObject.EMPTY, new Telling("minted", 7, 0, 30));
    }

    /// go-openai stands 300 lines without data, and Codex 300 seconds.
    @ParameterizedTest
    @CsvSource({"500, 250", "1000, 180", "3000, 60", "7000, 25", "60000, 3"})
    void carriesDataAtLeastOnceIn180Seconds(long interval, int every) {
        var beats = beats(HeartbeatStyle.COMMENT, interval);
        for (int i = 1; i < every; i++) {
            assertSame(SseEvent.HEARTBEAT, beats.next(), "beat " + i);
        }
        assertTrue(text(beats.next()).contains("\"delta\":{\"role\":\"assistant\"}"));
        for (int i = 1; i < every; i++) {
            assertTrue(text(beats.next()).contains("\"delta\":{}"), "beat " + i);
        }
        assertTrue(beats.answered().begun());
    }

    /// Each event of responses has its number, and the first of the answer takes the next one.
    @Test
    void numbersNoEventTwiceBetweenTheAnswerAndItsStream() {
        var beats = Beats.of(HeartbeatStyle.CHUNK, Duration.ofSeconds(3), new Responses(),
                JsonObject.EMPTY, new Telling("minted", 7, 0, 30));
        assertTrue(text(beats.next()).contains("\"sequence_number\":0"));
        assertEquals(1, beats.answered().beats());
        assertNull(beats.next());
    }

    @Test
    void sendsNoDataBeforeTheAnswerToClientsThatThrowAtIt() {
        var beats = Beats.of(HeartbeatStyle.COMMENT, Duration.ofMinutes(1), new Responses(),
                JsonObject.EMPTY, new Telling("minted", 7, 0, 30));
        for (int i = 0; i < 300; i++) {
            assertSame(SseEvent.HEARTBEAT, beats.next());
        }
    }

    @Test
    void hasNotBegunTheStreamWhileOnlyCommentsWereSent() {
        var beats = beats(HeartbeatStyle.COMMENT, 3000);
        beats.next();
        assertEquals(new Telling("minted", 7, 0, 30), beats.answered());
    }

    @Test
    void pausesWithWhatItIsTold() {
        var beats = beats(HeartbeatStyle.COMMENT, 3000);
        beats.answered();
        beats.pauseWith(CHUNK);
        assertSame(CHUNK, beats.next());
        assertSame(CHUNK, beats.next());
        beats.pauseWith(SseEvent.HEARTBEAT);
        assertSame(SseEvent.HEARTBEAT, beats.next());
    }

    /// An answer that dawdles has said nothing yet that could stand in a pause.
    @Test
    void goesOnAsItBeganUntilItIsTold() {
        var comments = beats(HeartbeatStyle.COMMENT, 3000);
        comments.answered();
        assertSame(SseEvent.HEARTBEAT, comments.next());
        var chunks = beats(HeartbeatStyle.CHUNK, 3000);
        chunks.next();
        chunks.answered();
        var beat = text(chunks.next());
        assertTrue(beat.contains("\"id\":\"chatcmpl-minted\""), beat);
        assertTrue(beat.contains("\"delta\":{}"), beat);
    }

    /// Behind the finish of a chat, say.
    @Test
    void commentsInTheStyleOfChunksOnlyWhereClientsSurviveNothingElse() {
        var beats = beats(HeartbeatStyle.CHUNK, 3000);
        beats.answered();
        assertNull(beats.next());
        assertSame(CHUNK, beats.sending(CHUNK));
        beats.pauseWith(CHUNK);
        assertSame(CHUNK, beats.next());
        beats.pauseWith(SseEvent.HEARTBEAT);
        assertSame(SseEvent.HEARTBEAT, beats.next());
    }

    @Test
    void beatsBetweenTheEventsOfResponsesWithTheNextNumbers() {
        var beats = Beats.of(HeartbeatStyle.CHUNK, Duration.ofSeconds(3), new Responses(),
                JsonObject.EMPTY, new Telling("resp-minted", 7, 0, 30));
        beats.answered();
        beats.pauseWith(SseEvent.HEARTBEAT);
        var created = event("response.created", 0);
        assertSame(created, beats.sending(created));
        assertEquals(event("keepalive", 1), beats.next());
        assertEquals(event("keepalive", 2), beats.next());
        assertEquals(event("response.in_progress", 3),
                beats.sending(event("response.in_progress", 1)));
        assertEquals(event("keepalive", 4), beats.next());
        assertEquals(event("response.completed", 5),
                beats.sending(event("response.completed", 2)));
        assertSame(SseEvent.HEARTBEAT, beats.next());
    }

    @Test
    void commentsBetweenTheEventsOfResponsesInTheStyleOfComments() {
        var beats = Beats.of(HeartbeatStyle.COMMENT, Duration.ofSeconds(3), new Responses(),
                JsonObject.EMPTY, new Telling("resp-minted", 7, 0, 30));
        beats.answered();
        beats.pauseWith(SseEvent.HEARTBEAT);
        beats.sending(event("response.created", 0));
        assertSame(SseEvent.HEARTBEAT, beats.next());
        var next = event("response.in_progress", 1);
        assertSame(next, beats.sending(next));
    }

    /// As if a stream of the upstream's has begun that says nothing.
    @Test
    void goesOnAsBeforeTheAnswerUntilItSaysWhatStandsInItsPauses() {
        var beats = beats(HeartbeatStyle.CHUNK, 3000);
        beats.answered();
        beats.resume();
        assertTrue(text(beats.next()).contains("\"delta\":{\"role\":\"assistant\"}"));
        assertTrue(beats.answered().begun());
        beats.pauseWith(CHUNK);
        beats.resume();
        assertSame(CHUNK, beats.next());
    }

    private static SseEvent event(String type, int number) {
        return new SseEvent.Message(type, "{\"type\":\"" + type + "\",\"sequence_number\":"
                + number + "}", false);
    }

    @Test
    void saysNothingWhereBeatsAreOff() {
        var beats = beats(HeartbeatStyle.OFF, 3000);
        assertNull(beats.next());
        beats.answered();
        beats.pauseWith(CHUNK);
        assertNull(beats.next());
    }

    private static String text(SseEvent event) {
        return new String(event.bytes(), StandardCharsets.UTF_8);
    }
}
