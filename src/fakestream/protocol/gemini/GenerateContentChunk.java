package fakestream.protocol.gemini;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.SseEvent;
import fakestream.protocol.VendorError;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A GenerateContentResponse: the whole of an answer, or one event of its stream. Both have the
/// same form.
///
/// @param object the response, without members where it was no object
/// @param error what went wrong, where it is a failure and no part of an answer
public record GenerateContentChunk(JsonObject object, Optional<ApiError> error) {

    /// A response; without members where the value is no object.
    public static GenerateContentChunk of(JsonValue value) {
        return new GenerateContentChunk(JsonObject.orEmpty(value), VendorError.find(value));
    }

    /// The response that an event holds; without members where it holds none.
    static GenerateContentChunk of(SseEvent.Received event) {
        var data = event.json();
        return new GenerateContentChunk(JsonObject.orEmpty(data), VendorError.find(event, data));
    }

    /// The candidates, each an object.
    List<JsonObject> candidates() {
        return object.get("candidates") instanceof JsonArray(var elements)
                ? elements.stream().filter(JsonObject.class::isInstance)
                        .map(JsonObject.class::cast).toList()
                : List.of();
    }

    /// Whether it ends the answer: every candidate in it is finished, or the prompt was blocked,
    /// after which no candidate comes.
    public boolean isEnd() {
        return isBlocked() || !candidates().isEmpty() && candidates().stream().allMatch(
                candidate -> candidate.get("finishReason") instanceof JsonString);
    }

    /// What it tells of its candidates; nothing where the prompt was blocked, after which none
    /// comes.
    List<RelayedEvent.Choice> told() {
        var candidates = isBlocked() ? List.<JsonObject>of() : candidates();
        return IntStream.range(0, candidates.size()).mapToObj(i -> new RelayedEvent.Choice(
                Protocol.index(candidates.get(i), i),
                !EmptyAnswers.isNothing(candidates.get(i).get("content")),
                candidates.get(i).get("finishReason") instanceof JsonString)).toList();
    }

    /// Whether it tells that the prompt was blocked.
    boolean isBlocked() {
        return object.get("promptFeedback") instanceof JsonObject feedback
                && feedback.get("blockReason") instanceof JsonString;
    }

    /// This as a whole answer. Gemini answers a blocked prompt without candidates; without either,
    /// there is nothing to tell.
    ///
    /// @throws InvalidAnswer where it is an error, or empty
    JsonObject answer() throws InvalidAnswer {
        if (error.isPresent()) {
            throw new InvalidAnswer(error.get());
        }
        if (!(object.get("candidates") instanceof JsonArray(var elements))
                || elements.isEmpty()) {
            if (object.get("promptFeedback") instanceof JsonObject) {
                return object;
            }
            throw InvalidAnswer.because("the upstream's answer has no candidates");
        }
        if (candidates().size() < elements.size()) {
            throw InvalidAnswer.because(
                    "the upstream's answer has a candidate that is no object");
        }
        return object;
    }
}
