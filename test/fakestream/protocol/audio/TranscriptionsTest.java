package fakestream.protocol.audio;

import static fakestream.protocol.audio.AudioWire.data;
import static fakestream.protocol.audio.AudioWire.event;
import static fakestream.protocol.audio.AudioWire.object;
import static fakestream.protocol.audio.AudioWire.received;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Transcriptions: the request for one, its text as events, and the events of an upstream.
final class TranscriptionsTest {
    private static final Transcriptions API = new Transcriptions();

    private static List<JsonObject> told(String answer, int pieceLength) throws InvalidAnswer {
        return data(replayed(answer, pieceLength));
    }

    private static List<SseEvent> replayed(String answer, int pieceLength) throws InvalidAnswer {
        return API.replay(JsonObject.EMPTY, API.answer(object(answer)),
                new StreamState("id", 7, 0, pieceLength)).events();
    }

    private static List<String> texts(String answer, int pieceLength) throws InvalidAnswer {
        return told(answer, pieceLength).stream().map(JsonObject::toString).toList();
    }

    @Test
    void tellsTheTextInPiecesAndThenTheTranscription() throws InvalidAnswer {
        var answer = "{\"text\":\"I see you.\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":14,"
                + "\"output_tokens\":4,\"total_tokens\":18},\"vendor\":1.0}";
        assertEquals(List.of("{\"type\":\"transcript.text.delta\",\"delta\":\"I see \"}",
                "{\"type\":\"transcript.text.delta\",\"delta\":\"you.\"}",
                answer.replace("{\"text\"", "{\"type\":\"transcript.text.done\",\"text\"")),
                texts(answer, 6));
        assertEquals("data: {\"type\":\"transcript.text.delta\",\"delta\":\"I see \"}\n\n",
                new String(replayed(answer, 6).getFirst().bytes()));
    }

    @Test
    void tellsTheLogProbabilitiesWithTheirText() throws InvalidAnswer {
        var i = "{\"token\":\"I\",\"logprob\":-0.1,\"bytes\":[73]}";
        var see = "{\"token\":\" see\",\"logprob\":-0.2,\"bytes\":[32,115,101,101]}";
        var answer = "{\"text\":\"I see\",\"logprobs\":[" + i + "," + see + "]}";
        assertEquals(List.of("{\"type\":\"transcript.text.delta\",\"delta\":\"I \",\"logprobs\":["
                + i + "," + see + "]}",
                "{\"type\":\"transcript.text.delta\",\"delta\":\"see\",\"logprobs\":[]}",
                answer.replace("{\"text\"", "{\"type\":\"transcript.text.done\",\"text\"")),
                texts(answer, 3));
    }

    @Test
    void tellsEachSpeakersSegmentAfterItsText() throws InvalidAnswer {
        var first = "{\"type\":\"transcript.text.segment\",\"id\":\"s1\",\"start\":0.0,"
                + "\"end\":1.5,\"text\":\" Hello.\",\"speaker\":\"A\"}";
        var second = first.replace("s1", "s2").replace(" Hello.", "Hi.").replace("\"A\"", "\"B\"");
        var done = "{\"type\":\"transcript.text.done\",\"task\":\"transcribe\",\"duration\":3.0,"
                + "\"text\":\"Hello. Hi. \"}";
        assertEquals(List.of(delta("Hello.", "s1"), first, delta(" Hi.", "s2"), second,
                "{\"type\":\"transcript.text.delta\",\"delta\":\" \"}", done),
                texts("{\"task\":\"transcribe\",\"duration\":3.0,\"text\":\"Hello. Hi. \","
                        + "\"segments\":[" + first + "," + second + "]}", 99));
    }

    private static String delta(String text, String segment) {
        return "{\"type\":\"transcript.text.delta\",\"delta\":\"" + text + "\",\"segment_id\":\""
                + segment + "\"}";
    }

    @Test
    void tellsATextThatNoSegmentHas() throws InvalidAnswer {
        var segment = "{\"type\":\"transcript.text.segment\",\"id\":\"s1\",\"text\":\"Bye.\"}";
        assertEquals(List.of(segment, "{\"type\":\"transcript.text.delta\",\"delta\":\"Hello.\"}",
                "{\"type\":\"transcript.text.done\",\"text\":\"Hello.\"}"),
                texts("{\"text\":\"Hello.\",\"segments\":[" + segment + "]}", 99));
    }

    @Test
    void leavesSegmentsWithoutSpeakersInTheTranscription() throws InvalidAnswer {
        var answer = "{\"task\":\"transcribe\",\"language\":\"english\",\"duration\":1.5,"
                + "\"text\":\"Hello.\",\"segments\":[{\"id\":0,\"start\":0.0,\"end\":1.5,"
                + "\"text\":\" Hello.\"}],\"words\":[{\"word\":\"Hello\",\"start\":0,\"end\":1}]}";
        var told = told(answer, 99);
        assertEquals(2, told.size());
        assertEquals(answer, told.getLast().without("type").toString());
    }

    @Test
    void tellsARecordingWithoutSpeech() throws InvalidAnswer {
        assertEquals(List.of("{\"type\":\"transcript.text.done\",\"text\":\"\"}"),
                texts("{\"text\":\"\"}", 9));
        assertFalse(API.isEmpty(object("{\"text\":\"\"}")));
    }

    @Test
    void keepsATypeOfItsOwnOutOfTheWay() throws InvalidAnswer {
        assertEquals("{\"type\":\"transcript.text.done\",\"text\":\"\"}",
                texts("{\"type\":\"transcription\",\"text\":\"\"}", 9).getLast());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"error\":{\"message\":\"Busy.\"}} | Busy.",
        "{\"text\":\"\",\"error\":\"No.\"} | No.",
        "{\"segments\":[]} | the upstream's answer has no text",
        "[] | the upstream answered with JSON that is no object",
        "{\"msg\":\"No.\"} | No."})
    void refusesAnAnswerWithoutText(String body, String message) {
        var json = event("", body).json();
        var refused = assertThrows(InvalidAnswer.class, () -> API.answer(json));
        assertEquals(message, refused.error().message());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"text\":\"a\",\"code\":0,\"msg\":\"ok\"}",
        "{\"text\":\"a\",\"message\":\"fine\"}", "{\"text\":\"a\",\"error\":null}"})
    void takesATextBesideAMessage(String body) throws InvalidAnswer {
        assertEquals(object(body), API.answer(object(body)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"stream\":true} | true", "{} | false",
        "{\"stream\":false} | false", "{\"stream\":\"yes\"} | false",
        "{\"stream\":true,\"response_format\":\"json\"} | true",
        "{\"stream\":true,\"response_format\":\"verbose_json\"} | true",
        "{\"stream\":true,\"response_format\":\"diarized_json\"} | true",
        "{\"stream\":true,\"response_format\":\"\"} | true",
        "{\"stream\":true,\"response_format\":null} | true",
        "{\"stream\":true,\"response_format\":\"text\"} | false",
        "{\"stream\":true,\"response_format\":\"srt\"} | false",
        "{\"stream\":true,\"response_format\":1} | false"})
    void streamsOnlyJson(String request, boolean streams) {
        assertEquals(streams, API.streams(object(request)));
    }

    @Test
    void asksForAWholeAnswer() {
        assertEquals("{\"model\":\"m\",\"response_format\":\"json\"}", API.whole(object(
                "{\"model\":\"m\",\"stream\":true,\"response_format\":\"json\"}")).toString());
        assertTrue(API.takesForms());
    }

    @Test
    void foldsAStreamWhoseLastEventLacksTheText() throws InvalidAnswer {
        var events = List.of(
                event("", "{\"type\":\"transcript.text.delta\",\"delta\":\"I\",\"logprobs\":[1]}"),
                event("transcript.text.delta", "{\"delta\":\" see\",\"logprobs\":[2]}"),
                event("transcript.text.done", "{\"usage\":{}}"));
        assertEquals("{\"usage\":{},\"text\":\"I see\",\"logprobs\":[1,2]}",
                API.fold(events).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":\"transcript.text.delta\",\"delta\":\"I\"}",
        "{\"error\":{\"message\":\"Busy.\"}}", "[DONE]"})
    void foldsNoBrokenStream(String data) {
        assertThrows(InvalidAnswer.class, () -> API.fold(List.of(event("", data))));
    }

    @Test
    void saysNothingAtAHeartbeat() {
        var beat = API.dataHeartbeat(JsonObject.EMPTY, StreamState.UNTOLD);
        assertEquals("{\"type\":\"transcript.text.delta\",\"delta\":\"\"}",
                received(List.of(beat)).getFirst().data());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'' | {\"type\":\"transcript.text.delta\",\"delta\":\"a\"} | OPEN",
        "'' | {\"type\":\"transcript.text.segment\",\"text\":\"a\"} | OPEN",
        "'' | {\"object\":\"transcription.chunk\",\"choices\":[{\"delta\":{}}]} | OPEN",
        "'' | {\"type\":\"transcript.text.done\",\"text\":\"a\"} | WHOLE",
        "'' | {\"type\":\"transcript.text.done\",\"code\":1,\"message\":\"ok\"} | WHOLE",
        "'' | {\"type\":\"transcript.text.done\",\"error\":\"No.\"} | FAILED",
        "'' | [DONE] | ENDED", "error | {\"message\":\"Busy.\"} | FAILED"})
    void relaysAnEventAsItIs(String type, String data, Progress progress) {
        var event = event(type, data);
        var relayed = API.relay(event, StreamState.UNTOLD);
        assertEquals(event, relayed.event());
        assertEquals(progress, relayed.progress());
    }
}
