package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.Passage.Progress;
import java.util.List;

/// Anthropic's messages: `POST /v1/messages`.
public final class Messages implements Protocol {
    /// The protocol's own beat, which official SDKs skip wherever it stands, before the first
    /// event too. A comment would do for them, but not for a client that counts events.
    static final SseEvent PING = new SseEvent.Message("ping", "{\"type\":\"ping\"}", false);

    @Override
    public void check(JsonObject request) throws BadRequest {
        BadRequest.requireArray(request, "messages");
    }

    /// Nothing but `stream` is about streaming alone. A tool's `eager_input_streaming` stays: it is
    /// part of the tool's definition, and nothing says that it is refused without a stream.
    @Override
    public JsonObject whole(JsonObject request) {
        return request.with("stream", JsonBoolean.FALSE);
    }

    @Override
    public JsonObject answer(JsonValue body) throws NotAnAnswer {
        var answer = NotAnAnswer.object(body);
        if (!"message".equals(answer.string("type"))) {
            throw NotAnAnswer.because("the upstream's answer is no message");
        }
        if (Emptiness.isNothing(answer.get("content"))
                && Emptiness.isReason(answer.string("stop_reason"))) {
            return answer.with("content", JsonArray.EMPTY);
        }
        if (!(answer.get("content") instanceof JsonArray(var blocks))) {
            throw NotAnAnswer.because("the upstream's answer is no message with content");
        }
        if (!blocks.stream().allMatch(JsonObject.class::isInstance)) {
            throw NotAnAnswer.because("the upstream's answer has a block that is no object");
        }
        return answer;
    }

    @Override
    public boolean isEmpty(JsonObject answer) {
        return Emptiness.isNothing(answer.get("content"))
                && !Emptiness.isReason(answer.string("stop_reason"))
                && Emptiness.countsNothing(answer);
    }

    @Override
    public Replay replay(JsonObject request, JsonObject answer, Telling telling) {
        return MessagesReplay.of(answer, telling);
    }

    @Override
    public SseEvent heartbeat() {
        return PING;
    }

    @Override
    public SseEvent dataHeartbeat(JsonObject request, Telling telling) {
        return PING;
    }

    /// Byte for byte: a ping opens nothing, so that no event needs another name.
    @Override
    public Passage passOn(SseEvent.Received event, Telling telling) {
        return new Passage(event, PING, switch (MessagesEvent.kind(event)) {
            case "message_stop" -> Progress.WHOLE;
            case "error" -> Progress.FAILED;
            case "message_start", "message_delta", "content_block_start", "content_block_delta",
                    "content_block_stop", "ping" -> Progress.OPEN;
            default -> VendorError.find(event, event.json()).isPresent() ? Progress.FAILED
                    : Progress.OPEN;
        });
    }

    @Override
    public boolean isWhole(SseEvent.Received event) {
        return "message".equals(event.object().string("type"));
    }

    @Override
    public JsonObject fold(List<SseEvent.Received> events) throws NotAnAnswer {
        return MessagesFold.of(events);
    }

    @Override
    public List<SseEvent> failure(JsonObject request, ApiError error, Telling telling) {
        return List.of(MessagesEvent.of(MessagesError.of(error), false));
    }

    /// The failure as `{"type":"error","error":{"type","message"}}`, its type one of Anthropic's
    /// that fits the status, unless the upstream has named it.
    @Override
    public JsonObject error(int status, ApiError error) {
        return MessagesError.of(status, error);
    }
}
