package fakestream.protocol.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.RandomTexts;
import fakestream.protocol.SseEvent;
import fakestream.protocol.SseParser;
import fakestream.protocol.StreamState;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A stream adds up to its answer, whatever the answer holds. Both the product and a second
/// implementation, which follows the official types, add it up.
final class ImagesLosslessTest {
    private static final List<String> SETTINGS =
            List.of("background", "output_format", "quality", "size");

    private final Random random = new Random(20_261_128);
    private final RandomTexts texts = new RandomTexts(random);

    @Test
    void addsUpToAnyAnswerInAClient() {
        for (int i = 0; i < 500; i++) {
            var answer = answer();
            assertEquals(normal(answer), added(events(answer)), answer::toString);
        }
    }

    @Test
    void foldsBackToAnyAnswer() throws InvalidAnswer {
        for (int i = 0; i < 500; i++) {
            var answer = answer();
            assertEquals(normal(answer), normal(Images.generations().fold(events(answer))),
                    answer::toString);
        }
    }

    /// Every event has each member that the official types require, and its sum of tokens is the
    /// answer's.
    @Test
    void sendsEveryTypedMember() {
        for (int i = 0; i < 500; i++) {
            var answer = answer();
            long tokens = 0;
            for (var event : events(answer)) {
                var data = event.object();
                assertEquals("image_generation.completed", event.type());
                assertEquals(event.type(), data.string("type"));
                SETTINGS.forEach(name -> assertTrue(data.string(name) != null, data::toString));
                assertTrue(data.get("created_at") instanceof JsonNumber, data::toString);
                assertEquals(answer.has("usage"), data.has("usage"), data::toString);
                assertFalse(event.data().contains("\n"));
                tokens += tokens(data);
            }
            assertEquals(tokens(answer), tokens, answer::toString);
        }
    }

    private static long tokens(JsonObject object) {
        return JsonObject.orEmpty(object.get("usage")).get("total_tokens")
                instanceof JsonNumber number ? number.small() : 0;
    }

    /// The answer as a client knows it that adds up the events: `created`, the settings and the
    /// safety identifier of any event, the usage of the last, and the images.
    private static JsonObject added(List<SseEvent.Received> events) {
        var images = new ArrayList<JsonValue>();
        var beside = new JsonObject.Builder();
        for (var event : events) {
            var data = event.object();
            var image = new JsonObject.Builder();
            data.members().forEach((name, value) -> {
                switch (name) {
                    case "type" -> { }
                    case "created_at" -> beside.add("created", value);
                    case "background", "output_format", "quality", "size", "safety_identifier",
                            "usage", "svg_usage" -> beside.add(name, value);
                    default -> image.add(name, value);
                }
            });
            images.add(image.build());
        }
        return normal(beside.add("data", new JsonArray(images)).build());
    }

    /// The answer with the values that the events must have, in one order.
    private static JsonObject normal(JsonObject answer) {
        var normal = new JsonObject.Builder();
        normal.add("created", answer.has("created") ? answer.get("created") : JsonNumber.of(9));
        for (var name : SETTINGS) {
            normal.add(name, answer.has(name) ? answer.get(name)
                    : new JsonString(name.equals("output_format") ? "png" : "auto"));
        }
        for (var name : List.of("safety_identifier", "usage", "svg_usage")) {
            normal.add(name, answer.has(name) ? answer.get(name) : JsonNull.NULL);
        }
        var images = answer.objects("data").stream().map(image -> image.without("type")).toList();
        return normal.add("data", new JsonArray(List.copyOf(images))).build();
    }

    private JsonObject answer() {
        var answer = new JsonObject.Builder();
        if (random.nextInt(4) > 0) {
            answer.add("created", random.nextInt(1 << 30));
        }
        for (var name : SETTINGS) {
            if (random.nextBoolean()) {
                answer.add(name, texts.text(12));
            }
        }
        if (random.nextBoolean()) {
            answer.add("safety_identifier", texts.text(12));
        }
        var images = new ArrayList<JsonValue>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            images.add(image());
        }
        answer.add("data", new JsonArray(images));
        if (random.nextBoolean()) {
            answer.add("usage", new JsonObject.Builder().add("input_tokens", 1)
                    .add("total_tokens", random.nextInt(9000)).add("vendor", texts.text(9))
                    .build());
        }
        if (random.nextInt(4) == 0) {
            answer.add("svg_usage", new JsonObject.Builder().add("total_tokens", 2).build());
        }
        return answer.build();
    }

    private JsonObject image() {
        var image = new JsonObject.Builder();
        if (random.nextInt(4) == 0) {
            image.add("url", "http://localhost/" + texts.text(9));
        } else {
            var bytes = new byte[1 + random.nextInt(random.nextInt(8) == 0 ? 200_000 : 300)];
            random.nextBytes(bytes);
            bytes[0] = 'x';
            image.add("b64_json", Base64.getEncoder().encodeToString(bytes));
        }
        for (var name : List.of("revised_prompt", "seed", "index", "type", "content_filter")) {
            if (random.nextInt(4) == 0) {
                image.add(name, random.nextBoolean() ? new JsonString(texts.text(40))
                        : JsonNumber.of(random.nextInt(9)));
            }
        }
        return image.build();
    }

    /// The events as a client parses them.
    private static List<SseEvent.Received> events(JsonObject answer) {
        var parser = new SseParser();
        var events = new ArrayList<SseEvent.Received>();
        var state = new StreamState("abc", 9, 0, 1);
        for (var event : Images.generations().replay(JsonObject.EMPTY, parsed(answer), state)
                .events()) {
            var bytes = event.bytes();
            events.addAll(parser.feed(bytes, 0, bytes.length));
        }
        return events;
    }

    /// The answer as an upstream sends it.
    private static JsonObject parsed(JsonObject answer) {
        try {
            return (JsonObject) Json.parse(answer.toString());
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }
}
