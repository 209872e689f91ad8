package fakestream.protocol.images;

import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.Parts;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Turns an answer into the events of its stream, one for each image, with the members that the
/// official SDKs type. An image is not copied and not cut: its event is a single line.
final class ImagesReplay {
    /// The settings of an image; every event has them.
    static final List<String> SETTINGS =
            List.of("background", "output_format", "quality", "size");

    private static final JsonObject NO_TOKENS = new JsonObject.Builder().add("input_tokens", 0)
            .add("input_tokens_details", new JsonObject.Builder().add("image_tokens", 0)
                    .add("text_tokens", 0).build())
            .add("output_tokens", 0).add("total_tokens", 0).build();

    /// More than the start of an image that shows its format; in bytes.
    private static final int START = 64;

    private final String type;
    private final JsonObject request;
    private final JsonObject answer;
    private final JsonValue created;

    private ImagesReplay(String type, JsonObject request, JsonObject answer, StreamState state) {
        this.type = type;
        this.request = request;
        this.answer = answer;
        this.created = answer.get("created") instanceof JsonNumber own ? own
                : JsonNumber.of(state.created());
    }

    /// The events. An answer without images, such as a task that still runs, is one event without a
    /// type: no client takes it for an image.
    static List<SseEvent> of(String kind, JsonObject request, JsonObject answer,
            StreamState state) {
        var replay = new ImagesReplay(kind + ".completed", request, answer, state);
        var images = ImagesAnswer.images(answer);
        if (images.isEmpty()) {
            return List.of(SseEvent.Message.of(answer));
        }
        var events = new ArrayList<SseEvent>();
        for (int i = 0; i < images.size(); i++) {
            events.add(replay.event(images.get(i), i == images.size() - 1));
        }
        return events;
    }

    /// The members of the image, and those beside all images. Only the last event has the usage, so
    /// that neither a sum nor the last value is wrong; the others count zero, because openai-java
    /// throws if there is no usage. Members are added to the image, never read from it: so its text
    /// stays where it is.
    private SseEvent event(JsonObject image, boolean last) {
        var event = image.without("type").with("created_at", created);
        for (var name : SETTINGS) {
            event = event.get(name) instanceof JsonString ? event
                    : event.with(name, setting(name, image));
        }
        if (answer.has("safety_identifier")) {
            event = withMissing(event, "safety_identifier", answer.get("safety_identifier"));
        }
        if (last) {
            var beside = answer.without("created", "data", "type");
            for (var name : beside.members().keySet()) {
                event = withMissing(event, name, beside.get(name));
            }
        } else if (answer.get("usage") instanceof JsonObject) {
            event = withMissing(event, "usage", NO_TOKENS);
        }
        return new SseEvent.Message(type, event.with("type", new JsonString(type)), false);
    }

    private static JsonObject withMissing(JsonObject event, String name, JsonValue value) {
        return event.has(name) ? event : event.with(name, value);
    }

    /// A setting of the answer, or else of the request.
    private JsonValue setting(String name, JsonObject image) {
        if (answer.get(name) instanceof JsonString own) {
            return own;
        }
        var asked = request.get(name) instanceof JsonString own ? own : new JsonString("auto");
        return name.equals("output_format") ? format(image, asked) : asked;
    }

    /// The format that the image's first bytes in Base64 show, or else the format in the request,
    /// or OpenAI's usual one.
    private static JsonValue format(JsonObject image, JsonString asked) {
        var start = start(image.only("b64_json")).replace("\\/", "/");
        var format = start.contains(":\"iVBORw0KGgo") ? "png" : start.contains(":\"/9j/") ? "jpeg"
                : start.contains(":\"UklGR") ? "webp"
                : asked.value().equals("auto") ? "png" : asked.value();
        return new JsonString(format);
    }

    private static String start(JsonObject image) {
        var start = new StringBuilder();
        for (var part : Parts.of(image).list()) {
            var length = Math.min(part.length(), START - start.length());
            start.append(new String(part.bytes(), part.from(), length,
                    StandardCharsets.ISO_8859_1));
        }
        return start.toString();
    }
}
