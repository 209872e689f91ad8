package fakestream.protocol.audio;

import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.VendorError;
import java.util.List;
import java.util.Optional;

/// The events of OpenAI's streams of speech and of transcriptions. OpenAI writes their type only
/// into their data; some other servers also write an `event:` line.
final class AudioEvents {
    /// The beginnings of the types of events that are parts of an answer.
    private static final List<String> PARTS = List.of("speech.audio.", "transcript.text.");

    private AudioEvents() {
    }

    /// An event with these members beside its type.
    ///
    /// @param piece whether it is one of the pieces of a text
    static SseEvent event(String type, JsonObject members, boolean piece) {
        var data = new JsonObject.Builder().add("type", type).addAll(members.without("type"));
        return new SseEvent.Message("", data.build(), piece);
    }

    /// The type in the data, or else the type of the event.
    static String type(SseEvent.Received event, JsonObject data) {
        var type = data.string("type");
        return type == null ? event.type() : type;
    }

    /// Relays an event byte for byte.
    ///
    /// @param done the type of the last event
    static RelayedEvent relay(SseEvent.Received event, String done) {
        return new RelayedEvent(event, SseEvent.HEARTBEAT, progress(event, done));
    }

    /// vLLM and StepFun end their streams with `[DONE]`.
    private static Progress progress(SseEvent.Received event, String done) {
        if (event.data().isEmpty()) {
            return Progress.SILENT;
        }
        if (event.data().equals(SseEvent.DONE)) {
            return Progress.ENDED;
        }
        var json = event.json();
        if (error(event, json).isPresent()) {
            return Progress.FAILED;
        }
        return type(event, JsonObject.orEmpty(json)).equals(done) ? Progress.WHOLE : Progress.OPEN;
    }

    /// The data of an event as an object; empty if the data is no object.
    ///
    /// @throws InvalidAnswer if the event tells an error
    static JsonObject data(SseEvent.Received event) throws InvalidAnswer {
        var data = event.json();
        var error = error(event, data);
        if (error.isPresent()) {
            throw new InvalidAnswer(error.get());
        }
        return JsonObject.orEmpty(data);
    }

    /// The error in an event. A part of an answer may have a message too, so only a member `error`
    /// makes it one. StepFun reports an error as `speech.audio.error`.
    private static Optional<ApiError> error(SseEvent.Received event, JsonValue json) {
        var data = JsonObject.orEmpty(json);
        var type = type(event, data);
        if (type.endsWith(".error")) {
            return Optional.of(VendorError.in(json));
        }
        return PARTS.stream().anyMatch(type::startsWith) && !data.has("error") ? Optional.empty()
                : VendorError.find(event, json);
    }
}
