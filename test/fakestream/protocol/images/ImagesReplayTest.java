package fakestream.protocol.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The events of an answer: their types and members.
final class ImagesReplayTest {
    private static final StreamState STATE = new StreamState("abc", 9, 0, 1);

    @Test
    void sendsAnImageWithTheMembersThatTheSdksType() throws JsonException {
        assertEquals(List.of("event: image_generation.completed\ndata: {\"b64_json\":\"aGk=\","
                + "\"created_at\":7,\"background\":\"opaque\",\"output_format\":\"jpeg\","
                + "\"quality\":\"high\",\"size\":\"1024x1024\",\"usage\":{\"total_tokens\":5},"
                + "\"type\":\"image_generation.completed\"}\n\n"),
                told(Images.generations(), "{}", "{\"created\":7,\"background\":\"opaque\","
                + "\"output_format\":\"jpeg\",\"quality\":\"high\",\"size\":\"1024x1024\","
                + "\"usage\":{\"total_tokens\":5},\"data\":[{\"b64_json\":\"aGk=\"}]}"));
    }

    @Test
    void namesTheEventsOfAnEdit() throws JsonException {
        assertTrue(told(Images.edits(), "{}", "{\"data\":[{\"b64_json\":\"aGk=\"}]}").getFirst()
                .startsWith("event: image_edit.completed\n"));
    }

    /// What the answer does not say is taken from the request, or is OpenAI's usual value.
    @Test
    void completesTheMembers() throws JsonException {
        assertEquals("{\"url\":\"u\",\"created_at\":9,\"background\":\"auto\",\"output_format\":"
                + "\"webp\",\"quality\":\"low\",\"size\":\"2x2\",\"type\":"
                + "\"image_generation.completed\"}", data(
                "{\"quality\":\"low\",\"output_format\":\"webp\",\"size\":\"2x2\"}",
                "{\"data\":[{\"url\":\"u\"}]}").getFirst().toString());
    }

    /// Only the last event has the usage and the members of vendors beside the images.
    @Test
    void sendsTheUsageOnce() throws JsonException {
        var events = data("{}", "{\"created\":7,\"usage\":{\"output_tokens\":5},\"svg_usage\":1,"
                + "\"seed\":3,\"safety_identifier\":\"s\",\"data\":[{\"url\":\"a\",\"seed\":1},"
                + "{\"url\":\"b\",\"type\":\"url\",\"size\":\"3x3\"}]}");
        assertEquals("{\"input_tokens\":0,\"input_tokens_details\":{\"image_tokens\":0,"
                + "\"text_tokens\":0},\"output_tokens\":0,\"total_tokens\":0}",
                events.getFirst().get("usage").toString());
        assertEquals("{\"url\":\"a\",\"seed\":1,\"created_at\":7,\"background\":\"auto\","
                + "\"output_format\":\"png\",\"quality\":\"auto\",\"size\":\"auto\","
                + "\"safety_identifier\":\"s\",\"type\":\"image_generation.completed\"}",
                events.getFirst().without("usage").toString());
        assertEquals("{\"url\":\"b\",\"size\":\"3x3\",\"created_at\":7,\"background\":\"auto\","
                + "\"output_format\":\"png\",\"quality\":\"auto\",\"safety_identifier\":\"s\","
                + "\"usage\":{\"output_tokens\":5},\"svg_usage\":1,\"seed\":3,"
                + "\"type\":\"image_generation.completed\"}", events.getLast().toString());
    }

    /// The first bytes of an image show its format, unless the answer names it.
    @ParameterizedTest
    @CsvSource({"iVBORw0KGgoAAAANSUhEUg, png", "/9j/4AAQSkZJRg, jpeg", "\\/9j\\/4AAQ, jpeg",
        "UklGRiQAAABXRUJQ, webp", "aGk=, webp", "'', webp"})
    void tellsTheFormatOfAnImage(String image, String format) throws JsonException {
        var answer = "{\"data\":[{\"revised_prompt\":\"a cat\",\"b64_json\":\"" + image + "\"}]}";
        assertEquals(format, data("{\"output_format\":\"webp\"}", answer).getFirst()
                .string("output_format"));
        assertEquals("svg", data("{}", answer.replaceFirst("\\{", "{\"output_format\":\"svg\","))
                .getFirst().string("output_format"));
    }

    /// A client that takes events for images finds no image in it.
    @Test
    void sendsAnAnswerWithoutImagesInAnEventWithoutAType() throws JsonException {
        var answer = "{\"id\":\"task_1\",\"status\":\"queued\"}";
        assertEquals(List.of("data: " + answer + "\n\n"),
                told(Images.generations(), "{}", answer));
    }

    /// An image of 8 MB is neither copied nor read as text.
    @Test
    void sendsTheBytesOfTheAnswer() throws JsonException {
        var image = "A".repeat(8 << 20);
        var body = ("{\"created\":1,\"data\":[{\"b64_json\":\"" + image + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        var event = (SseEvent.Message) replay(Images.generations(), JsonObject.EMPTY,
                (JsonObject) Json.parse(body)).events().getFirst();
        var longest = event.text().list().stream().filter(part -> part.length() > 8 << 20)
                .findFirst().orElseThrow();
        assertTrue(longest.bytes() == body);
        assertEquals(1, Arrays.stream(event.data().split("\n", -1)).count());
    }

    private static List<JsonObject> data(String request, String answer) throws JsonException {
        return replay(Images.generations(), object(request), object(answer)).events().stream()
                .map(event -> ((SseEvent.Message) event).data())
                .map(ImagesReplayTest::parsed).toList();
    }

    private static List<String> told(Images api, String request, String answer)
            throws JsonException {
        return replay(api, object(request), object(answer)).events().stream()
                .map(event -> new String(event.bytes(), StandardCharsets.UTF_8)).toList();
    }

    private static Replay replay(Images api, JsonObject request, JsonObject answer) {
        var replay = api.replay(request, answer, STATE);
        assertEquals(SseEvent.HEARTBEAT, replay.pause());
        return replay;
    }

    private static JsonObject parsed(String text) {
        try {
            return object(text);
        } catch (JsonException e) {
            throw new AssertionError(text, e);
        }
    }

    private static JsonObject object(String text) throws JsonException {
        return (JsonObject) Json.parse(text);
    }
}
