package fakestream.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.HeartbeatStyle;
import fakestream.json.JsonObject;
import fakestream.protocol.ClientTable;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.chat.ChatCompletions;
import fakestream.protocol.gemini.GenerateContent;
import fakestream.protocol.messages.Messages;
import fakestream.protocol.responses.Responses;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HeartbeatsTest {
    private static final SseEvent CHUNK = SseEvent.Message.of("{\"choices\":[{}]}");

    /// The current time in nanoseconds.
    private long now;

    private Heartbeats beats(HeartbeatStyle style, long intervalMillis) {
        return beats(style, intervalMillis, new ChatCompletions(), "Accept", "*/*");
    }

    /// The heartbeats of a client that sends this header.
    private Heartbeats beats(HeartbeatStyle style, long intervalMillis, Protocol protocol,
            String header, String value) {
        var client = ClientTable.of(protocol, name -> name.equals(header) ? value : null);
        var rhythm = Heartbeats.Rhythm.of(style, protocol, client, Duration.ZERO,
                Duration.ofMillis(intervalMillis));
        return new Heartbeats(rhythm, protocol, JsonObject.EMPTY, new StreamState("minted", 7, 0,
                30),
                () -> now);
    }

    private Heartbeats responses(HeartbeatStyle style) {
        return beats(style, 3000, new Responses(), "Accept", "*/*");
    }

    /// The heartbeat at this second.
    private SseEvent at(int second, Heartbeats beats) {
        now = Duration.ofSeconds(second).toNanos();
        return beats.next();
    }

    /// go-openai accepts 300 lines without data, and Codex 300 seconds.
    @ParameterizedTest
    @CsvSource({"500, 250", "1000, 180", "3000, 60", "7000, 25", "60000, 3"})
    void carriesDataAtLeastOnceIn180Seconds(long interval, int every) {
        var beats = beats(HeartbeatStyle.COMMENT, interval);
        for (int i = 1; i < every; i++) {
            now = Duration.ofMillis(interval * i).toNanos();
            assertSame(SseEvent.HEARTBEAT, beats.next(), "beat " + i);
        }
        now = Duration.ofMillis(interval * every).toNanos();
        assertTrue(text(beats.next()).contains("\"delta\":{\"role\":\"assistant\"}"));
        for (int i = 1; i < every; i++) {
            assertTrue(text(beats.next()).contains("\"delta\":{}"), "beat " + i);
        }
        assertTrue(beats.answered().begun());
    }

    /// Each event of responses has a number; the first event of the answer takes the next one.
    @Test
    void sendsNoBeatBetweenTheAnswerAndItsStream() {
        var beats = responses(HeartbeatStyle.CHUNK);
        assertTrue(text(beats.next()).contains("\"sequence_number\":0"));
        assertEquals(1, beats.answered().beats());
        assertSame(SseEvent.NONE, beats.next());
    }

    @Test
    void sendsNoDataToClientsThatThrowOnIt() {
        var beats = responses(HeartbeatStyle.COMMENT);
        for (int i = 0; i < 300; i++) {
            assertSame(SseEvent.HEARTBEAT, at(60 * i, beats));
        }
    }

    @Test
    void leavesTheStreamUnopenedAfterCommentsOnly() {
        var beats = beats(HeartbeatStyle.COMMENT, 3000);
        beats.next();
        assertEquals(new StreamState("minted", 7, 0, 30), beats.answered());
    }

    @Test
    void pausesWithTheGivenEvent() {
        var beats = beats(HeartbeatStyle.COMMENT, 3000);
        beats.answered();
        beats.pauseWith(CHUNK);
        assertSame(CHUNK, beats.next());
        assertSame(CHUNK, beats.next());
        beats.pauseWith(SseEvent.HEARTBEAT);
        assertSame(SseEvent.HEARTBEAT, beats.next());
    }

    /// A slow answer has not yet sent an event that could fill a pause.
    @Test
    void keepsItsStyleUntilAPauseIsGiven() {
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

    /// An example is a pause after the finish of a chat.
    @Test
    void commentsInChunkStyleOnlyIfClientsSurviveNothingElse() {
        var beats = beats(HeartbeatStyle.CHUNK, 3000);
        beats.answered();
        assertSame(SseEvent.NONE, beats.next());
        assertSame(CHUNK, beats.sending(CHUNK));
        beats.pauseWith(CHUNK);
        assertSame(CHUNK, beats.next());
        beats.pauseWith(SseEvent.HEARTBEAT);
        assertSame(SseEvent.HEARTBEAT, beats.next());
    }

    @Test
    void numbersBeatsBetweenEventsOfResponses() {
        var beats = responses(HeartbeatStyle.CHUNK);
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
    void commentsBetweenEventsOfResponsesInCommentStyle() {
        var beats = responses(HeartbeatStyle.COMMENT);
        beats.answered();
        beats.pauseWith(SseEvent.HEARTBEAT);
        beats.sending(event("response.created", 0));
        assertSame(SseEvent.HEARTBEAT, beats.next());
        var next = event("response.in_progress", 1);
        assertSame(next, beats.sending(next));
    }

    /// The upstream's stream has begun but has sent no event.
    @Test
    void beatsAsBeforeTheAnswerUntilAPauseIsGiven() {
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
    void isSilentIfBeatsAreOff() {
        var beats = beats(HeartbeatStyle.OFF, 3000);
        assertSame(SseEvent.NONE, beats.next());
        beats.answered();
        beats.pauseWith(CHUNK);
        assertSame(SseEvent.NONE, beats.next());
    }

    /// Data comes well before 60 s, and then with each beat.
    @ParameterizedTest
    @CsvSource({"45, Accept, */*", "99, X-Stainless-Lang, js", "240, User-Agent, opencode/1",
        "180, X-Stainless-Lang, comment"})
    void carriesDataInTimeForEachClient(int last, String header, String value) {
        var style = value.equals("comment") ? HeartbeatStyle.COMMENT : HeartbeatStyle.AUTO;
        var beats = beats(style, 3000, new ChatCompletions(), header, value);
        for (int second = 3; second < last; second += 3) {
            assertSame(SseEvent.HEARTBEAT, at(second, beats), second + " s");
        }
        assertTrue(text(at(last, beats)).contains("\"role\":\"assistant\""));
        assertTrue(text(at(last + 3, beats)).contains("\"delta\":{}"));
    }

    /// One beat a minute would be too late for a client with a timeout of 60 s.
    @Test
    void comesInTimeEvenWithALongInterval() {
        var unknown = ClientTable.of(new ChatCompletions(), _ -> null);
        var rhythm = Heartbeats.Rhythm.of(HeartbeatStyle.AUTO, new ChatCompletions(), unknown,
                Duration.ZERO, Duration.ofMinutes(1));
        assertEquals(Duration.ofSeconds(45), rhythm.interval());
        var late = beats(HeartbeatStyle.AUTO, 3000);
        assertTrue(text(at(120, late)).contains("\"role\":\"assistant\""));
    }

    @ParameterizedTest
    @CsvSource({"49, 49", "60, 50"})
    void commitsBeforeTheClientGivesUpOnTheHeaders(int commitAfter, int bounded) {
        var gemini = new GenerateContent();
        var rhythm = Heartbeats.Rhythm.of(HeartbeatStyle.OFF, gemini,
                ClientTable.of(gemini, _ -> null), Duration.ofSeconds(commitAfter),
                Duration.ofSeconds(3));
        assertEquals(Duration.ofSeconds(bounded), rhythm.commitAfter());
    }

    @Test
    void pingsAndThenOpensAMessageWithoutAnEnd() {
        var beats = beats(HeartbeatStyle.AUTO, 3000, new Messages(), "User-Agent", "claude-cli/2");
        for (int second = 3; second < 240; second += 3) {
            assertTrue(text(at(second, beats)).startsWith("event: ping\n"), second + " s");
        }
        assertEquals("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{"
                + "\"id\":\"msg_minted\",\"type\":\"message\",\"role\":\"assistant\","
                + "\"model\":\"\",\"content\":[],\"stop_reason\":null,"
                + "\"stop_sequence\":null,\"usage\":{\"input_tokens\":0,"
                + "\"output_tokens\":0}}}\n\n", text(at(240, beats)));
        var pause = "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{"
                + "\"stop_reason\":null,\"stop_sequence\":null},"
                + "\"usage\":{\"output_tokens\":0}}\n\n";
        assertEquals(pause, text(at(243, beats)));
        assertTrue(beats.answered().begun());
        assertEquals(pause, text(at(246, beats)));
    }

    /// No ping resets that clock, neither ours nor one of the upstream's.
    @Test
    void resetsTheClientsClockInThePausesOfAMessage() {
        var beats = beats(HeartbeatStyle.AUTO, 3000, new Messages(), "User-Agent", "claude-cli/2");
        beats.answered();
        beats.sending(new SseEvent.Message("message_start", "{}", false));
        beats.pauseWith(beats.sending(new SseEvent.Message("ping", "{}", false)));
        assertTrue(text(at(237, beats)).startsWith("event: ping\n"));
        beats.sending(new SseEvent.Received(new byte[0], "ping", "{}"));
        assertTrue(text(at(240, beats)).startsWith("event: message_delta\n"));
        assertTrue(text(at(243, beats)).startsWith("event: ping\n"));
        beats.sending(new SseEvent.Message("message_stop", "{}", false));
        assertTrue(text(at(900, beats)).startsWith("event: ping\n"));
    }

    @Test
    void alwaysCarriesDataForCodexAndNeverForClientsThatFailOnIt() {
        var codex = beats(HeartbeatStyle.AUTO, 3000, new Responses(), "originator", "codex_exec");
        assertTrue(text(at(3, codex)).startsWith("event: keepalive\n"));
        var stream = beats(HeartbeatStyle.AUTO, 3000, new Responses(),
                "X-Stainless-Helper-Method", "stream");
        for (int second = 3; second < 3600; second += 3) {
            assertSame(SseEvent.HEARTBEAT, at(second, stream));
        }
        stream.answered();
        stream.sending(event("response.created", 0));
        stream.pauseWith(SseEvent.HEARTBEAT);
        assertSame(SseEvent.HEARTBEAT, at(9000, stream));
    }

    @Test
    void sendsBlankLinesToBrowsers() {
        var beats = beats(HeartbeatStyle.AUTO, 3000, new ChatCompletions(), "User-Agent",
                "Mozilla/5.0");
        assertEquals("\n\n", text(at(3, beats)));
        assertTrue(text(at(45, beats)).contains("\"role\":\"assistant\""));
        beats.answered();
        beats.sending(CHUNK);
        beats.pauseWith(SseEvent.HEARTBEAT);
        assertEquals("\n\n", text(at(48, beats)));
    }

    private static String text(SseEvent event) {
        return new String(event.bytes(), StandardCharsets.UTF_8);
    }
}
