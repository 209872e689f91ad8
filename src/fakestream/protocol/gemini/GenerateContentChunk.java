package fakestream.protocol.gemini;

import fakestream.json.JsonObject;
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

/// A GenerateContentResponse: a whole answer or one event of its stream. Both have the same form.
///
/// @param object the response; empty if the value is not an object
/// @param error the failure, if it is one and no part of an answer
public record GenerateContentChunk(JsonObject object, Optional<ApiError> error) {

    /// The response in a value; empty if it is not an object.
    public static GenerateContentChunk of(JsonValue value) {
        return new GenerateContentChunk(JsonObject.orEmpty(value), VendorError.find(value));
    }

    /// The response in an event; empty if the event holds none.
    static GenerateContentChunk of(SseEvent.Received event) {
        var data = event.json();
        return new GenerateContentChunk(JsonObject.orEmpty(data), VendorError.find(event, data));
    }

    /// The candidates that are objects.
    List<JsonObject> candidates() {
        return object.objects("candidates");
    }

    /// Whether it ends the answer: all its candidates are finished, or the prompt was blocked and
    /// no candidate follows.
    public boolean isEnd() {
        return isBlocked() || !candidates().isEmpty()
                && candidates().stream().allMatch(GenerateContentChunk::isFinished);
    }

    /// Whether a candidate says why it ends.
    static boolean isFinished(JsonObject candidate) {
        return candidate.string("finishReason") != null;
    }

    /// The progress of each candidate; empty if the prompt was blocked, because no candidate
    /// follows.
    List<RelayedEvent.Choice> told() {
        var candidates = isBlocked() ? List.<JsonObject>of() : candidates();
        return IntStream.range(0, candidates.size()).mapToObj(i -> new RelayedEvent.Choice(
                Protocol.index(candidates.get(i), i),
                !EmptyAnswers.isNothing(candidates.get(i).get("content")),
                isFinished(candidates.get(i)))).toList();
    }

    /// Whether it says that the prompt was blocked.
    boolean isBlocked() {
        return JsonObject.orEmpty(object.get("promptFeedback")).string("blockReason") != null;
    }

    /// This as a whole answer. Gemini answers a blocked prompt with feedback and no candidates; an
    /// answer without either is empty.
    ///
    /// @throws InvalidAnswer if it is an error, or empty
    JsonObject answer() throws InvalidAnswer {
        if (error.isPresent()) {
            throw new InvalidAnswer(error.get());
        }
        var all = object.elements("candidates");
        if (all.isEmpty() && !(object.get("promptFeedback") instanceof JsonObject)) {
            throw InvalidAnswer.because("the upstream's answer has no candidates");
        }
        InvalidAnswer.requireObjects(all, "a candidate");
        return object;
    }
}
