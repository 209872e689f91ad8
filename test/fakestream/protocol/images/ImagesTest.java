package fakestream.protocol.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.OpenChoices;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.SseParser;
import fakestream.protocol.StreamState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests for images, whole answers, and upstreams' own streams.
final class ImagesTest {
    private static final Images IMAGES = Images.generations();
    private static final StreamState STATE = new StreamState("abc", 9, 0, 1);

    @Test
    void asksForAWholeAnswer() throws JsonException {
        assertEquals("{\"model\":\"m\",\"prompt\":\"a cat\",\"n\":2}", IMAGES.whole(object(
                "{\"model\":\"m\",\"stream\":true,\"prompt\":\"a cat\",\"partial_images\":3,"
                + "\"n\":2}")).toString());
    }

    @Test
    void keepsTheSettingsOfARequest() throws JsonException {
        var request = object("{\"prompt\":\"a cat\",\"n\":2,\"size\":\"1024x1024\",\"quality\":7,"
                + "\"output_format\":\"webp\",\"background\":\"" + "x".repeat(65) + "\"}");
        var told = IMAGES.told(request);
        assertEquals("{\"n\":2,\"output_format\":\"webp\",\"size\":\"1024x1024\"}",
                told.toString());
        assertEquals(2, IMAGES.choices(told));
    }

    /// The third is a task that still runs; the last has an image beside the text of no error.
    @ParameterizedTest
    @ValueSource(strings = {"{\"data\":[{\"b64_json\":\"aGk=\"}]}",
        "{\"created\":1,\"data\":[{\"url\":\"http://x/1.png\"},{\"url\":\"\"}]}",
        "{\"id\":\"task_1\",\"status\":\"queued\"}", "{\"data\":[\"http://x/1.png\"]}",
        "{\"images\":[{\"url\":\"u\"}]}", "{\"message\":\"ok\",\"data\":[{\"url\":\"u\"}]}"})
    void acceptsAnAnswer(String body) throws JsonException, InvalidAnswer {
        var answer = object(body);
        assertEquals(answer, IMAGES.answer(answer));
        assertFalse(IMAGES.isEmpty(answer));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"data\":[]}|the upstream's answer has no image",
        "{\"data\":[{\"b64_json\":\"\"},null]}|the upstream's answer has no image",
        "[{}]|the upstream answered with JSON that is no object",
        "\"x\"|the upstream answered with JSON that is no object",
        "{\"error\":{\"message\":\"unsafe\"}}|unsafe", "{\"message\":\"not now\"}|not now",
        "{\"data\":[],\"error\":{\"message\":\"unsafe\"}}|unsafe"})
    void refusesWhatIsNoAnswer(String body, String message) throws JsonException {
        var json = Json.parse(body);
        var invalid = assertThrows(InvalidAnswer.class, () -> IMAGES.answer(json));
        assertEquals(message, invalid.error().message());
    }

    @Test
    void countsAnAnswerWithoutImagesAsEmptyUnlessItCountsTokens() throws JsonException {
        assertTrue(IMAGES.isEmpty(object("{\"data\":[{\"b64_json\":\"\"}]}")));
        assertFalse(IMAGES.isEmpty(object("{\"data\":[],\"usage\":{\"output_tokens\":1}}")));
    }

    @Test
    void sendsHeartbeatsWithoutData() {
        assertEquals(": heartbeat\n", text(IMAGES.heartbeat()));
        assertEquals("event: keepalive\ndata: {\"type\":\"keepalive\"}\n\n",
                text(IMAGES.dataHeartbeat(JsonObject.EMPTY, STATE)));
        assertFalse(IMAGES.mayOpenWithHeartbeat());
    }

    @Test
    void tellsAFailureAsTheSdksReadIt() {
        var error = ApiError.upstream("upstream_closed", "gone");
        assertEquals(List.of("event: error\ndata: {\"error\":{\"message\":\"gone\",\"type\":"
                + "\"upstream_error\",\"param\":null,\"code\":\"upstream_closed\"}}\n\n"),
                IMAGES.failure(JsonObject.EMPTY, error, STATE).stream().map(ImagesTest::text)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
        "event: image_generation.partial_image;data: {\"b64_json\":\"aGk=\"}|SILENT",
        "event: image_edit.partial_image;data: {\"error\":{\"message\":\"no\"}}|SILENT",
        "data: {\"type\":\"image_edit.partial_image\"}|SILENT", "data: {\"a\":1}|SILENT",
        "event: image_edit.completed;data: {}|WHOLE",
        "data: {\"type\":\"image_generation.completed\"}|WHOLE",
        "event: response.completed;data: {}|SILENT", "data: [DONE]|ENDED",
        "event: error;data: {\"message\":\"no\"}|FAILED",
        "data: {\"type\":\"error\",\"error\":{\"message\":\"no\"}}|FAILED",
        "data: {\"error\":{\"message\":\"no\"}}|FAILED"})
    void relaysAnEventAsItCame(String lines, Progress progress) {
        var event = events(lines.replace(";", "\n") + "\n\n").getFirst();
        var relayed = IMAGES.relay(event, STATE);
        assertEquals(event, relayed.event());
        assertEquals(SseEvent.HEARTBEAT, relayed.pause());
        assertEquals(progress, relayed.progress());
    }

    /// A stream that breaks off is whole if all its images came, and so is one that ends cleanly
    /// after the first. Partial images are no answer.
    @Test
    void knowsWhenAStreamIsWhole() {
        var partial = "event: image_edit.partial_image\ndata: {\"b64_json\":\"p\"}\n\n";
        var first = "event: image_edit.completed\ndata: {\"b64_json\":\"a\"}\n\n";
        var second = "event: image_edit.completed\ndata: {\"b64_json\":\"b\"}\n\n";
        var done = "data: [DONE]\n\n";
        assertEquals("broken off: false, ended: false", whole(2, partial + partial));
        assertEquals("broken off: false, ended: false", whole(1, partial + done));
        assertEquals("broken off: false, ended: true", whole(2, partial + first));
        assertEquals("broken off: true, ended: true", whole(1, partial + first));
        assertEquals("broken off: true, ended: true", whole(2, first + partial + second));
        assertEquals("broken off: true, ended: true", whole(2, first + done));
    }

    private static String whole(int expected, String stream) {
        var choices = new OpenChoices(expected);
        events(stream).forEach(event -> choices.add(IMAGES.relay(event, STATE)));
        return "broken off: " + choices.isWhole() + ", ended: " + choices.isWholeAtItsEnd();
    }

    @Test
    void foldsAnUpstreamsStream() throws InvalidAnswer {
        assertEquals("{\"created\":5,\"data\":[{\"b64_json\":\"a\",\"seed\":1},{\"url\":\"u\"}],"
                + "\"size\":\"1x1\",\"usage\":{\"output_tokens\":3}}", IMAGES.fold(events("""
                event: image_generation.partial_image
                data: {"type":"image_generation.partial_image","b64_json":"p","size":"0x0"}

                event: image_generation.completed
                data: {"type":"image_generation.completed","b64_json":"a","seed":1,"usage":null,\
                "created_at":4,"size":"1x1"}

                data: {"type":"image_generation.completed","url":"u","created_at":5,\
                "usage":{"output_tokens":3}}

                data: [DONE]

                """)).toString());
    }

    @Test
    void foldsAWholeAnswerInAnEvent() throws InvalidAnswer {
        var event = events("data: {\"created\":1,\"data\":[{\"url\":\"u\"}]}\n\n");
        assertTrue(IMAGES.isWhole(event.getFirst()));
        assertEquals("{\"created\":1,\"data\":[{\"url\":\"u\"}]}",
                IMAGES.fold(event).toString());
        assertFalse(IMAGES.isWhole(events("data: {\"type\":\"x\",\"data\":[]}\n\n").getFirst()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"''|ended before", "data: [DONE]|ended before",
        "data: {\"type\":\"image_edit.partial_image\",\"b64_json\":\"p\"}|ended before",
        "data: {\"error\":{\"message\":\"unsafe\"}}|unsafe",
        "data: {\"type\":\"image_edit.completed\"}|has no image"})
    void foldsNoStreamWithoutAnImage(String lines, String message) {
        var invalid = assertThrows(InvalidAnswer.class, () -> IMAGES.fold(events(lines + "\n\n")));
        assertTrue(invalid.getMessage().contains(message), invalid.getMessage());
    }

    private static JsonObject object(String text) throws JsonException {
        JsonValue value = Json.parse(text);
        return (JsonObject) value;
    }

    private static String text(SseEvent event) {
        return new String(event.bytes(), StandardCharsets.UTF_8);
    }

    private static List<SseEvent.Received> events(String stream) {
        var bytes = stream.getBytes(StandardCharsets.UTF_8);
        return new SseParser().feed(bytes, 0, bytes.length);
    }
}
