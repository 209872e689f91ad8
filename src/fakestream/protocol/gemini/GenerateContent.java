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

/// Gemini's content: `POST /v1beta/models/{model}:streamGenerateContent`. The path alone asks for
/// a stream, so a request is the same whether it does or not. Each event is a response with a part
/// of the answer, without a type; what ends the stream is its end.
public final class GenerateContent implements Protocol {
    /// The only beat that every client survives without a trace: behind a comment @google/genai
    /// drops the next event, google-genai in Python and Go read it as data and fail, a blank line
    /// ends the process of whatever stands on @google/generative-ai, and an event without
    /// candidates makes a chat forget its turn. In the form of a JSON array it is white space
    /// between two values.
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
    public JsonObject told(JsonObject request) {
        return request.only("model").with("generationConfig",
                JsonObject.orEmpty(request.get("generationConfig")).only("candidateCount"));
    }

    /// The candidates are its choices, and asked for as `candidateCount`.
    @Override
    public int choices(JsonObject request) {
        return Protocol.count(JsonObject.orEmpty(request.get("generationConfig")),
                "candidateCount");
    }

    /// An object with candidates, or one that says why the prompt got none. An array is an answer
    /// told in parts, as Gemini streams without `alt=sse`, or an error in such a one.
    @Override
    public JsonObject answer(JsonValue body) throws InvalidAnswer {
        return switch (body) {
            case JsonArray(var chunks) -> GenerateContentFold.of(chunks.stream()
                    .map(GenerateContentChunk::of).toList());
            case JsonObject object -> GenerateContentChunk.of(object).answer();
            default -> throw InvalidAnswer.because(
                    "the upstream answered with JSON that is no object");
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

    /// Carries no data after all: there is none that leaves no trace.
    @Override
    public SseEvent dataHeartbeat(JsonObject request, StreamState state) {
        return BEAT;
    }

    @Override
    public RelayedEvent relay(SseEvent.Received event, StreamState state) {
        // A gateway ends its streams as OpenAI does; Gemini's clients would read that as JSON.
        if (event.data().equals(SseEvent.DONE)) {
            return new RelayedEvent(null, null, Progress.SILENT);
        }
        var chunk = GenerateContentChunk.of(event);
        if (chunk.error().isPresent()) {
            return new RelayedEvent(event, BEAT, Progress.FAILED);
        }
        // Behind the end nothing comes that could close a line.
        return chunk.isEnd()
                ? new RelayedEvent(event, SseEvent.NONE, Progress.WHOLE, chunk.told())
                : new RelayedEvent(event, BEAT, Progress.OPEN, chunk.told());
    }

    @Override
    public JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer {
        return GenerateContentFold.of(events.stream().map(GenerateContentChunk::of).toList());
    }

    /// Without a type: Python's google-genai takes every line that is no data for JSON. Official
    /// clients throw where `error` comes first and its code is a number from 400 to 599.
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
