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

/// OpenAI's responses: `POST /v1/responses`. The events of a stream are numbered and name one
/// response. openai-node 7 refuses a stream whose response changes its id, so no part of a response
/// is sent before the upstream's answer is there.
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

    /// A partial image has no place in a whole answer.
    private static JsonValue whole(JsonValue tool) {
        return tool instanceof JsonObject object
                && "image_generation".equals(object.string("type"))
                ? object.without("partial_images") : tool;
    }

    @Override
    public JsonObject answer(JsonValue body) throws InvalidAnswer {
        return ResponsesAnswer.read(body);
    }

    /// A response that is not completed may have no output yet; it is not empty.
    @Override
    public boolean isEmpty(JsonObject answer) {
        return "completed".equals(answer.string("status"))
                && EmptyAnswers.isNothing(answer.get("output"))
                && EmptyAnswers.countsNothing(answer);
    }

    /// Heartbeats within the replay are comments: they take no event number, and a client that
    /// reads only blocks that begin with `data:` skips them.
    @Override
    public Replay replay(JsonObject request, JsonObject answer, StreamState state) {
        return ResponsesReplay.of(answer, state);
    }

    /// OpenAI's own `keepalive`. Before `response.created` it suits clients that read event by
    /// event (Codex, whose idle timer sees no comment). The `.stream()` of openai-node and
    /// openai-python refuses any event there.
    @Override
    public SseEvent dataHeartbeat(JsonObject request, StreamState state) {
        return ResponsesEvents.keepalive(state.beats());
    }

    /// openai-node throws in `.stream()` at any event before `response.created`, in 6.49 and 7.57
    /// alike. 7.57 also throws if `response.created` names another response than the last event.
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
        return ResponsesRelay.fold(events);
    }

    /// Sends both of OpenAI's forms: the SDKs throw at the nested error, Codex reads only
    /// `response.failed`.
    @Override
    public List<SseEvent> failure(JsonObject request, ApiError error, StreamState state) {
        return ResponsesFailure.of(request, error, state);
    }
}
