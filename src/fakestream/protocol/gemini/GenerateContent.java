package fakestream.protocol.gemini;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;

/// Gemini's content: `POST /v1beta/models/{model}:streamGenerateContent`. Only the path asks for a
/// stream, so streamed and whole requests have the same body. Each event is a response without a
/// type that holds a part of the answer; the stream has no closing event.
public final class GenerateContent implements Protocol {
    /// The only heartbeat that no client reacts to. After a comment @google/genai drops the next
    /// event; google-genai in Python and Go read it as data and fail. A blank line ends any process
    /// that uses @google/generative-ai. An event without candidates makes a chat forget its turn.
    /// In a JSON array, this heartbeat is white space between two values.
    private static final SseEvent BEAT = new SseEvent.Space();

    @Override
    public String name() {
        return "gemini";
    }

    @Override
    public JsonObject whole(JsonObject request) {
        return request;
    }

    @Override
    public JsonObject toFold(JsonObject request) {
        return request;
    }

    @Override
    public JsonObject told(JsonObject request) {
        return request.only("model").with("generationConfig",
                JsonObject.orEmpty(request.get("generationConfig")).only("candidateCount"));
    }

    /// The choices are the candidates; the request asks for them as `candidateCount`.
    @Override
    public int choices(JsonObject request) {
        return Protocol.count(JsonObject.orEmpty(request.get("generationConfig")),
                "candidateCount");
    }

    /// Accepts an object with candidates, or one that says why the prompt got none. An array is an
    /// answer in parts, as Gemini streams without `alt=sse`, or holds an error.
    @Override
    public JsonObject answer(JsonValue body) throws InvalidAnswer {
        return switch (body) {
            case JsonArray(var chunks) -> GenerateContentFold.of(chunks.stream()
                    .map(GenerateContentChunk::of).toList());
            case JsonObject object -> GenerateContentChunk.of(object).answer();
            default -> InvalidAnswer.object(body);
        };
    }

    @Override
    public boolean isEmpty(JsonObject answer) {
        var chunk = GenerateContentChunk.of(answer);
        return !chunk.isBlocked()
                && chunk.candidates().stream().allMatch(candidate ->
                        EmptyAnswers.isNothing(candidate.get("content"))
                        && !EmptyAnswers.isReason(candidate.string("finishReason")))
                && EmptyAnswers.countsNothing(answer);
    }

    @Override
    public Replay replay(JsonObject request, JsonObject answer, StreamState state) {
        return new Replay(GenerateContentReplay.of(answer, state.pieceLength()), BEAT);
    }

    @Override
    public SseEvent heartbeat() {
        return BEAT;
    }

    /// Carries no data: clients react to any data.
    @Override
    public SseEvent dataHeartbeat(JsonObject request, StreamState state) {
        return BEAT;
    }

    @Override
    public RelayedEvent relay(SseEvent.Received event, StreamState state) {
        // Gateways may send OpenAI's `[DONE]`; Gemini's clients would read it as JSON.
        if (event.data().equals(SseEvent.DONE)) {
            return new RelayedEvent(null, null, Progress.SILENT);
        }
        var chunk = GenerateContentChunk.of(event);
        if (chunk.error().isPresent()) {
            return new RelayedEvent(event, BEAT, Progress.FAILED);
        }
        // Nothing follows the end, so nothing would close a line that a heartbeat opens.
        return chunk.isEnd()
                ? new RelayedEvent(event, SseEvent.NONE, Progress.WHOLE, chunk.told())
                : new RelayedEvent(event, BEAT, Progress.OPEN, chunk.told());
    }

    @Override
    public JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer {
        return GenerateContentFold.of(events.stream().map(GenerateContentChunk::of).toList());
    }

    /// Has no type: Python's google-genai reads every line that is not data as JSON. Official
    /// clients throw if `error` is the first member and its code is a number from 400 to 599.
    @Override
    public List<SseEvent> failure(JsonObject request, ApiError error, StreamState state) {
        return List.of(SseEvent.Message.of(
                GenerateContentError.body(error.likelyStatus(502), error)));
    }

    @Override
    public JsonObject error(int status, ApiError error) {
        return GenerateContentError.body(status, error);
    }
}
