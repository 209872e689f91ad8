package fakestream.protocol.images;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.InvalidAnswer;
import java.util.List;

/// Reads a body with a good status as an answer with images. An image may have 8 MB, so no method
/// here reads its text.
final class ImagesAnswer {
    /// Longer JSON holds something; in bytes.
    private static final int LONGEST_EMPTY = 1024;

    private ImagesAnswer() {
    }

    /// Accepts an object with images, whatever else it has. An object without `data` is also an
    /// answer: some vendors answer with a task that still runs.
    ///
    /// @throws InvalidAnswer if the body is an error, or has no image where its images should be
    static JsonObject read(JsonValue body) throws InvalidAnswer {
        if (body instanceof JsonObject object && !images(object).isEmpty() && !isBlank(object)) {
            return object;
        }
        var object = InvalidAnswer.object(body);
        if (isBlank(object)) {
            throw InvalidAnswer.because("the upstream's answer has no image");
        }
        return object;
    }

    /// The images; none if an element of `data` is no object, because nobody knows its meaning.
    static List<JsonObject> images(JsonObject answer) {
        var images = answer.objects("data");
        return answer.get("data") instanceof JsonArray(var elements)
                && elements.size() == images.size() ? images : List.of();
    }

    static boolean isEmpty(JsonObject answer) {
        return isBlank(answer) && EmptyAnswers.countsNothing(answer);
    }

    private static boolean isBlank(JsonObject answer) {
        return answer.get("data") instanceof JsonArray(var elements)
                && elements.stream().allMatch(ImagesAnswer::isNothing);
    }

    private static boolean isNothing(JsonValue image) {
        return JsonWriter.length(image) <= LONGEST_EMPTY && EmptyAnswers.isNothing(image);
    }
}
