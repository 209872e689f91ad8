package fakestream.protocol.audio;

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
import java.util.Optional;
import java.util.Set;

/// OpenAI's speech: `POST /v1/audio/speech`. A whole answer is the sound itself, and no JSON; its
/// events go out while it comes. A request asks for events with `"stream_format": "sse"`.
public final class Speech implements Protocol {
    /// The types of sound without `audio/` in their name.
    private static final Set<String> SOUNDS = Set.of("application/octet-stream",
            "binary/octet-stream", "application/ogg", "video/mp4", "video/webm");

    @Override
    public String name() {
        return "speech";
    }

    @Override
    public boolean streams(JsonObject request) {
        return "sse".equals(request.string("stream_format"));
    }

    /// A program plays a sound while it comes.
    @Override
    public boolean passesWhole() {
        return true;
    }

    @Override
    public JsonObject whole(JsonObject request) {
        return request.without("stream_format");
    }

    @Override
    public JsonObject toFold(JsonObject request) {
        return request.with("stream_format", new JsonString("sse"));
    }

    @Override
    public JsonObject told(JsonObject request) {
        return request.only("model");
    }

    @Override
    public String accepts() {
        return "*/*";
    }

    /// A body without a type could be an error, so it is no sound.
    @Override
    public Optional<Replay.OfBytes> bytes(String mediaType) {
        return mediaType.startsWith("audio/") || SOUNDS.contains(mediaType)
                ? Optional.of(new SpeechPieces(JsonObject.EMPTY)) : Optional.empty();
    }

    /// Some servers answer with the sound in JSON.
    @Override
    public JsonObject answer(JsonValue body) throws InvalidAnswer {
        return SpeechAnswer.read(body);
    }

    @Override
    public boolean isEmpty(JsonObject answer) {
        return "".equals(answer.string("audio"));
    }

    @Override
    public Replay replay(JsonObject request, JsonObject answer, StreamState state) {
        return new Replay(SpeechAnswer.replay(answer), SseEvent.HEARTBEAT);
    }

    /// A part of the sound without a byte. The SDKs hand the events over unread, and a program that
    /// decodes this one gets nothing to play.
    @Override
    public SseEvent dataHeartbeat(JsonObject request, StreamState state) {
        return SpeechPieces.delta(new byte[0]);
    }

    @Override
    public RelayedEvent relay(SseEvent.Received event, StreamState state) {
        return AudioEvents.relay(event, SpeechPieces.DONE);
    }

    @Override
    public JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer {
        return SpeechAnswer.fold(events);
    }
}
