package fakestream.protocol.audio;

import static fakestream.protocol.audio.AudioWire.data;
import static fakestream.protocol.audio.AudioWire.event;
import static fakestream.protocol.audio.AudioWire.object;
import static fakestream.protocol.audio.AudioWire.received;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Speech: the request for it, the sound as events, and the events of an upstream.
final class SpeechTest {
    private static final Speech SPEECH = new Speech();

    /// Tells a sound that comes in these pieces.
    private static List<SseEvent> tell(List<byte[]> pieces) {
        var replay = SPEECH.bytes("audio/mpeg").orElseThrow();
        var events = new ArrayList<SseEvent>();
        pieces.forEach(piece -> events.addAll(replay.next(piece)));
        events.addAll(replay.end());
        return events;
    }

    /// Decodes each event for itself, as a player does that plays them at once.
    private static byte[] heard(List<JsonObject> events) {
        var sound = new ByteArrayOutputStream();
        for (var event : events) {
            if ("speech.audio.delta".equals(event.string("type"))) {
                sound.writeBytes(Base64.getDecoder().decode(event.string("audio")));
            }
        }
        return sound.toByteArray();
    }

    /// Joins the texts, as a client does that decodes once.
    private static byte[] joined(List<JsonObject> events) {
        var texts = new StringBuilder();
        events.stream().filter(event -> event.has("audio"))
                .forEach(event -> texts.append(event.string("audio")));
        return Base64.getDecoder().decode(texts.toString());
    }

    /// Cuts a sound at random places, as a network does.
    private static List<byte[]> cut(byte[] sound, Random random) {
        var pieces = new ArrayList<byte[]>();
        for (int from = 0; from < sound.length;) {
            var most = random.nextBoolean() ? 4 : 60_000;
            var to = Math.min(sound.length, from + random.nextInt(most));
            pieces.add(Arrays.copyOfRange(sound, from, to));
            from = to;
        }
        return pieces;
    }

    @Test
    void tellsEverySoundWholeHoweverItComes() {
        var random = new Random(1);
        for (int i = 0; i < 300; i++) {
            var sound = new byte[random.nextInt(i % 10 == 0 ? 300_000 : 50)];
            random.nextBytes(sound);
            var events = tell(cut(sound, random));
            var data = data(events);
            assertArrayEquals(sound, heard(data));
            assertArrayEquals(sound, joined(data));
            assertEquals("{\"type\":\"speech.audio.done\"}", data.getLast().toString());
            assertTrue(events.stream().noneMatch(event ->
                    event.bytes().length > SseEvent.LONGEST_LINE));
        }
    }

    @Test
    void foldsWhatItReplays() throws InvalidAnswer {
        var random = new Random(2);
        for (int i = 0; i < 100; i++) {
            var sound = new byte[random.nextInt(100_000)];
            random.nextBytes(sound);
            var answer = new JsonObject.Builder()
                    .add("audio", Base64.getEncoder().encodeToString(sound))
                    .add("usage", object("{\"input_tokens\":14,\"output_tokens\":" + i + "}"))
                    .add("vendor", i).build();
            var replay = SPEECH.replay(JsonObject.EMPTY, SPEECH.answer(answer),
                    StreamState.UNTOLD);
            var data = data(replay.events());
            assertArrayEquals(sound, heard(data));
            assertEquals(answer.get("usage"), data.getLast().get("usage"));
            assertEquals(answer, SPEECH.fold(received(replay.events())));
        }
    }

    @Test
    void foldsPaddedPieces() throws InvalidAnswer {
        var events = List.of(event("", "{\"type\":\"speech.audio.delta\",\"audio\":\"YQ==\"}"),
                event("speech.audio.delta", "{\"audio\":\"YmM=\"}"),
                event("speech.audio.done", "{}"));
        assertEquals("{\"audio\":\"YWJj\"}", SPEECH.fold(events).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":\"speech.audio.delta\",\"audio\":\"YWJj\"}",
        "{\"type\":\"speech.audio.delta\",\"audio\":\"!\"}", "{\"type\":\"speech.audio.delta\"}",
        "{\"error\":{\"message\":\"Busy.\"}}", "{\"type\":\"speech.audio.error\",\"msg\":\"No\"}"})
    void foldsNoBrokenStream(String data) {
        assertThrows(InvalidAnswer.class, () -> SPEECH.fold(List.of(event("", data))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"error\":{\"message\":\"Busy.\"}} | Busy.",
        "{\"text\":\"a\"} | the upstream answered with JSON that holds no audio",
        "{\"audio\":\"!\"} | the upstream's audio is not in base64"})
    void refusesJsonWithoutSound(String body, String message) {
        var refused = assertThrows(InvalidAnswer.class, () -> SPEECH.answer(object(body)));
        assertEquals(message, refused.error().message());
    }

    @ParameterizedTest
    @CsvSource({"audio/mpeg, true", "audio/wav, true", "application/octet-stream, true",
        "application/json, false", "text/html, false", "text/event-stream, false", "'', false"})
    void knowsASoundByItsType(String type, boolean isSound) {
        assertEquals(isSound, SPEECH.bytes(type).isPresent());
    }

    @Test
    void asksForASoundInsteadOfEvents() {
        var request = object("{\"model\":\"m\",\"stream_format\":\"sse\",\"input\":\"Hi\"}");
        assertTrue(SPEECH.streams(request));
        assertEquals("{\"model\":\"m\",\"input\":\"Hi\"}", SPEECH.whole(request).toString());
        assertFalse(SPEECH.streams(object("{\"stream_format\":\"audio\",\"stream\":true}")));
        assertFalse(SPEECH.streams(object("{\"stream_format\":null}")));
    }

    @Test
    void playsNothingAtAHeartbeat() {
        var beat = SPEECH.dataHeartbeat(JsonObject.EMPTY, StreamState.UNTOLD);
        assertEquals(0, heard(data(List.of(beat))).length);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'' | {\"type\":\"speech.audio.delta\",\"audio\":\"YQ==\"} | OPEN",
        "'' | {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":1}} | WHOLE",
        "speech.audio.done | {} | WHOLE", "'' | [DONE] | ENDED",
        "error | {\"message\":\"Busy.\"} | FAILED", "'' | {\"error\":{\"code\":1}} | FAILED",
        "'' | {\"type\":\"speech.audio.error\",\"msg\":\"No voice.\"} | FAILED"})
    void relaysAnEventAsItIs(String type, String data, Progress progress) {
        var event = event(type, data);
        var relayed = SPEECH.relay(event, StreamState.UNTOLD);
        assertEquals(event, relayed.event());
        assertEquals(progress, relayed.progress());
    }
}
