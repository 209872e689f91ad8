package fakestream.protocol.messages;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
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
import fakestream.protocol.VendorError;
import java.util.List;
import java.util.Optional;

/// Anthropic's messages: `POST /v1/messages`.
public final class Messages implements Protocol {
    private static final JsonObject NO_TOKENS =
            new JsonObject.Builder().add("output_tokens", 0).build();

    @Override
    public String name() {
        return "messages";
    }

    @Override
    public Optional<ApiError> refusal(JsonObject request) {
        return ApiError.unlessArray(request, "messages");
    }

    /// Only `stream` is about streaming alone. A tool's `eager_input_streaming` stays: it is part
    /// of the tool's definition, and no document says that it is refused without a stream.
    @Override
    public JsonObject whole(JsonObject request) {
        return request.with("stream", JsonBoolean.FALSE);
    }

    @Override
    public JsonObject answer(JsonValue body) throws InvalidAnswer {
        var answer = InvalidAnswer.object(body);
        if (!"message".equals(answer.string("type"))) {
            throw InvalidAnswer.because("the upstream's answer is not a message");
        }
        if (EmptyAnswers.isNothing(answer.get("content"))
                && EmptyAnswers.isReason(answer.string("stop_reason"))) {
            return answer.with("content", JsonArray.EMPTY);
        }
        if (!(answer.get("content") instanceof JsonArray(var blocks))) {
            throw InvalidAnswer.because("the upstream's answer is a message without content");
        }
        InvalidAnswer.requireObjects(blocks, "a block");
        return answer;
    }

    @Override
    public boolean isEmpty(JsonObject answer) {
        return EmptyAnswers.isNothing(answer.get("content"))
                && !EmptyAnswers.isReason(answer.string("stop_reason"))
                && EmptyAnswers.countsNothing(answer);
    }

    @Override
    public Replay replay(JsonObject request, JsonObject answer, StreamState state) {
        return MessagesReplay.of(answer, state);
    }

    @Override
    public SseEvent heartbeat() {
        return MessagesEvent.PING;
    }

    /// First opens a message with an id of the proxy's own, then sends an empty `message_delta`
    /// each time. Only these events reset the idle timer of Claude Code.
    @Override
    public SseEvent dataHeartbeat(JsonObject request, StreamState state) {
        return state.begun() ? MessagesEvent.pause(NO_TOKENS)
                : MessagesEvent.opening(request, state);
    }

    /// Passes events on byte for byte. If a heartbeat has opened the message, only the usage of the
    /// upstream's `message_start` is passed on.
    @Override
    public RelayedEvent relay(SseEvent.Received event, StreamState state) {
        var kind = MessagesEvent.kind(event);
        var told = state.begun() && kind.equals("message_start")
                ? MessagesEvent.pause(usageOf(event)) : event;
        return new RelayedEvent(told, MessagesEvent.PING, switch (kind) {
            case "message_stop" -> Progress.WHOLE;
            case "error" -> Progress.FAILED;
            case "message_start", "message_delta", "content_block_start", "content_block_delta",
                    "content_block_stop", "ping" -> Progress.OPEN;
            default -> VendorError.find(event, event.json()).isPresent() ? Progress.FAILED
                    : Progress.OPEN;
        });
    }

    private static JsonObject usageOf(SseEvent.Received start) {
        return JsonObject.orEmpty(start.object().get("message")).get("usage")
                instanceof JsonObject usage ? usage : NO_TOKENS;
    }

    /// An empty `message_delta` within a message, a ping after its end.
    @Override
    public SseEvent pauseBehind(SseEvent last) {
        var type = last instanceof SseEvent.Received received ? MessagesEvent.kind(received)
                : last instanceof SseEvent.Message message ? message.type() : "";
        return type.equals("message_stop") ? MessagesEvent.PING : MessagesEvent.pause(NO_TOKENS);
    }

    @Override
    public boolean isWhole(SseEvent.Received event) {
        return "message".equals(event.object().string("type"));
    }

    @Override
    public JsonObject fold(List<SseEvent.Received> events) throws InvalidAnswer {
        return MessagesFold.of(events);
    }

    @Override
    public List<SseEvent> failure(JsonObject request, ApiError error, StreamState state) {
        return List.of(MessagesEvent.of(MessagesError.of(error.likelyStatus(500), error)));
    }

    /// The failure as `{"type":"error","error":{"type","message"}}`. The type is the upstream's, or
    /// else Anthropic's type for the status.
    @Override
    public JsonObject error(int status, ApiError error) {
        return MessagesError.of(status, error).build();
    }
}
