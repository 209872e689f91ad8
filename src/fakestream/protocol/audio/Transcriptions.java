package fakestream.protocol.audio;

import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;
import java.util.Set;

/// OpenAI's transcriptions: `POST /v1/audio/transcriptions`. A request is a form with a recording,
/// and its `response_format` says whether the answer is JSON. Only JSON becomes a stream: plain
/// text and subtitles pass as they come.
public final class Transcriptions implements Protocol {
    private static final Set<String> JSON = Set.of("json", "verbose_json", "diarized_json", "");

    @Override
    public String name() {
        return "transcriptions";
    }

    @Override
    public boolean takesForms() {
        return true;
    }

    @Override
    public boolean streams(JsonObject request) {
        return Protocol.super.streams(request) && switch (request.get("response_format")) {
            case null -> true;
            case JsonNull _ -> true;
            case JsonString(var format) -> JSON.contains(format);
            default -> false;
        };
    }

    @Override
    public boolean passesWhole() {
        return true;
    }

    @Override
    public JsonObject whole(JsonObject request) {
        return request.without("stream");
    }

    @Override
    public JsonObject told(JsonObject request) {
        return request.only("model");
    }

    /// A text counts as the answer even beside a message, which some servers send with every
    /// answer.
    @Override
    public JsonObject answer(JsonValue body) throws InvalidAnswer {
        if (body instanceof JsonObject object && !object.has("error")
                && object.string("text") != null) {
            return object;
        }
        var object = InvalidAnswer.object(body);
        if (object.string("text") == null) {
            throw InvalidAnswer.because("the upstream's answer has no text");
        }
        return object;
    }

    /// A recording without speech has an empty text, so no answer counts as empty.
    @Override
    public boolean isEmpty(JsonObject answer) {
        return false;
    }

    @Override
    public Replay replay(JsonObject request, JsonObject answer, StreamState state) {
        return new Replay(TranscriptionReplay.of(answer, state.pieceLength()), SseEvent.HEARTBEAT);
    }

    /// A piece of the text without a character. It has no log probabilities, as in an answer
    /// without them.
    @Override
    public SseEvent dataHeartbeat(JsonObject request, StreamState state) {
        return AudioEvents.event(TranscriptionReplay.DELTA,
                new JsonObject.Builder().add("delta", "").build(), false);
    }

    @Override
    public RelayedEvent relay(SseEvent.Received event, StreamState state) {
        return AudioEvents.relay(event, TranscriptionReplay.DONE);
    }

    @Override
    public JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer {
        return TranscriptionFold.of(events);
    }
}
