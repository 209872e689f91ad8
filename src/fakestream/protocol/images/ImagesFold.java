package fakestream.protocol.images;

import fakestream.json.JsonArray;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.LastNonNull;
import fakestream.protocol.SseEvent;
import java.util.ArrayList;
import java.util.List;

/// Folds a stream back into the whole answer, for a client that asked for no stream and an upstream
/// that sent one. Partial images are left out, and so is an event that holds only the usage
/// (Volcengine). The members that belong to all images keep the last value that is not null.
final class ImagesFold {
    /// The members of an event that belong to all images.
    private static final String[] OF_ALL = {"background", "output_format", "quality", "size",
        "safety_identifier", "usage", "svg_usage"};

    private final List<JsonValue> images = new ArrayList<>();
    private JsonObject beside = JsonObject.EMPTY;
    private JsonObject whole;
    private boolean completed;

    private ImagesFold() {
    }

    static JsonObject of(List<SseEvent.Received> events) throws InvalidAnswer {
        var fold = new ImagesFold();
        for (var event : events) {
            fold.add(event);
        }
        return fold.answer();
    }

    private void add(SseEvent.Received event) throws InvalidAnswer {
        var type = ImagesRelay.type(event);
        if (ImagesRelay.isPartial(type)) {
            return;
        }
        var data = InvalidAnswer.data(event);
        if (ImagesRelay.isWhole(data)) {
            whole = data;
            return;
        }
        completed |= ImagesRelay.isCompleted(type);
        var image = data.without(OF_ALL).without("type", "created_at");
        if (ImagesRelay.isOfImage(type) && !image.members().isEmpty()) {
            images.add(image);
        }
        if (data.get("created_at") instanceof JsonNumber created) {
            beside = beside.with("created", created);
        }
        beside = LastNonNull.of(beside, data.only(OF_ALL));
    }

    private JsonObject answer() throws InvalidAnswer {
        if (whole != null) {
            return ImagesAnswer.read(whole);
        }
        if (!completed) {
            throw InvalidAnswer.truncated();
        }
        var answer = beside.without(OF_ALL).with("data", new JsonArray(images));
        for (var name : OF_ALL) {
            answer = beside.has(name) ? answer.with(name, beside.get(name)) : answer;
        }
        return ImagesAnswer.read(answer);
    }
}
