package fakestream.protocol.responses;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Protocol;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;

/// OpenAI's responses: `POST /v1/responses`. Its events are numbered, and those of one stream name
/// one response: openai-node 7 refuses a stream whose response changes its id, so that nothing
/// of a response can be told before the upstream's answer is there.
public final class Responses implements Protocol {
    @Override
    public String name() {
        return "responses";
    }

    @Override
    public JsonObject whole(JsonObject request) {
        var whole = request.without("stream_options").with("stream", JsonBoolean.FALSE);
        return request.get("tools") instanceof JsonArray(var tools)
                ? whole.with("tools", new JsonArray(tools.stream().map(Responses::whole).toList()))
                : whole;
    }

    /// A picture that is half done has no place in a whole answer.
    private static JsonValue whole(JsonValue tool) {
        return tool instanceof JsonObject object
                && "image_generation".equals(object.string("type"))
                ? object.without("partial_images") : tool;
    }

    @Override
    public JsonObject answer(JsonValue body) throws InvalidAnswer {
        return ResponsesAnswer.read(body);
    }

    /// One that is still to come has no output either.
    @Override
    public boolean isEmpty(JsonObject answer) {
        return "completed".equals(answer.string("status"))
                && EmptyAnswers.isNothing(answer.get("output"))
                && EmptyAnswers.countsNothing(answer);
    }

    /// The beat for its pauses is the comment. It cannot collide with the numbers of the events;
    /// and a client that reads nothing but blocks that begin with `data:` reads none of ours.
    @Override
    public Replay replay(JsonObject request, JsonObject answer, StreamState state) {
        return ResponsesReplay.of(answer, state);
    }

    /// OpenAI's own `keepalive`. Ahead of `response.created` it suits clients that read event by
    /// event (Codex, whose idle timer sees no comment); the `.stream()` of openai-node and
    /// openai-python refuses anything there.
    @Override
    public SseEvent dataHeartbeat(JsonObject request, StreamState state) {
        return ResponsesEvents.event("keepalive", state.beats(), JsonObject.EMPTY, false);
    }

    /// openai-node throws in `.stream()` at whatever comes before `response.created`, in 6.49 and
    /// 7.57 alike, and 7.57 does so too where that names another response than the last event.
    @Override
    public boolean mayOpenWithHeartbeat() {
        return false;
    }

    @Override
    public RelayedEvent relay(SseEvent.Received event, StreamState state) {
        return ResponsesRelay.of(event, state);
    }

    /// OpenAI's own `keepalive`, with the next number.
    @Override
    public SseEvent pauseBehind(SseEvent last) {
        return ResponsesRelay.pauseBehind(last);
    }

    @Override
    public SseEvent behind(SseEvent event, int beats) {
        return ResponsesRelay.behind(event, beats);
    }

    @Override
    public boolean isWhole(SseEvent.Received event) {
        return ResponsesRelay.isWhole(event.object());
    }

    @Override
    public JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer {
        return ResponsesFold.of(events);
    }

    /// Both ways in which OpenAI tells it: the SDKs throw at the nested error, Codex reads
    /// `response.failed` alone.
    @Override
    public List<SseEvent> failure(JsonObject request, ApiError error, StreamState state) {
        return ResponsesFailure.of(request, error, state);
    }
}
