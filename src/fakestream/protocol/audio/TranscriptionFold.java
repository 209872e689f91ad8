package fakestream.protocol.audio;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.SseEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Folds a stream back into the whole transcription: the last event has it, except the segments
/// that came as events of their own.
final class TranscriptionFold {
    private final StringBuilder text = new StringBuilder();
    private final List<JsonValue> logprobs = new ArrayList<>();
    private final List<JsonValue> segments = new ArrayList<>();
    private JsonObject last;

    private TranscriptionFold() {
    }

    /// The transcription that the events tell.
    ///
    /// @throws InvalidAnswer if they hold an error, or end before the transcription does
    static JsonObject of(List<SseEvent.Received> events) throws InvalidAnswer {
        var fold = new TranscriptionFold();
        for (var event : events) {
            var data = AudioEvents.data(event);
            fold.add(AudioEvents.type(event, data), data);
        }
        return fold.whole();
    }

    private void add(String type, JsonObject data) {
        switch (type) {
            case TranscriptionReplay.DELTA -> {
                text.append(Objects.requireNonNullElse(data.string("delta"), ""));
                if (data.get("logprobs") instanceof JsonArray(var tokens)) {
                    logprobs.addAll(tokens);
                }
            }
            case TranscriptionReplay.SEGMENT -> segments.add(data);
            case TranscriptionReplay.DONE -> last = data.without("type");
            default -> { }
        }
    }

    /// Some servers leave the text or its log probabilities out of the last event.
    private JsonObject whole() throws InvalidAnswer {
        if (last == null) {
            throw InvalidAnswer.truncated();
        }
        var whole = last.string("text") == null
                ? last.with("text", new JsonString(text.toString())) : last;
        whole = logprobs.isEmpty() || whole.has("logprobs") ? whole
                : whole.with("logprobs", new JsonArray(logprobs));
        return segments.isEmpty() || whole.has("segments") ? whole
                : whole.with("segments", new JsonArray(segments));
    }
}
