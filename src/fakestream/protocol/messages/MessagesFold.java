package fakestream.protocol.messages;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.LastNonNull;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Folds a stream back into the whole message, for a client that asked for no stream and an
/// upstream that sent one. Like the official SDKs, it lets `message_delta` overwrite, except with
/// null, and takes counters as totals without adding them up.
final class MessagesFold {
    private JsonObject message;
    /// The whole message, if it was sent in place of its events.
    private JsonObject whole;
    private final Map<Integer, MessagesBlockFold> blocks = new TreeMap<>();
    private boolean stopped;

    private MessagesFold() {
    }

    /// @throws InvalidAnswer if the stream holds an error or data that is not JSON, or has no end
    static JsonObject of(List<SseEvent.Received> events) throws InvalidAnswer {
        var fold = new MessagesFold();
        for (var event : events) {
            fold.add(event);
        }
        return fold.whole();
    }

    private void add(SseEvent.Received event) throws InvalidAnswer {
        switch (MessagesEvent.kind(event)) {
            case "message_start" -> start(data(event));
            case "content_block_start" -> startBlock(data(event));
            case "content_block_delta" -> addDelta(data(event));
            case "message_delta" -> end(data(event));
            case "message_stop" -> stopped = true;
            default -> {
                var data = InvalidAnswer.data(event);
                whole = "message".equals(data.string("type")) ? data : whole;
            }
        }
    }

    private static JsonObject data(SseEvent.Received event) throws InvalidAnswer {
        var data = event.object();
        if (data.members().isEmpty()) {
            throw InvalidAnswer.because("the upstream's stream has a " + event.type()
                    + " event whose data is not a JSON object");
        }
        return data;
    }

    private void start(JsonObject data) {
        if (message == null && data.get("message") instanceof JsonObject start) {
            message = start;
        }
    }

    /// A fallback block names the model that continued the answer; the message takes that name.
    private void startBlock(JsonObject data) {
        if (data.get("content_block") instanceof JsonObject block) {
            blocks.put(Protocol.index(data, 0), new MessagesBlockFold(block));
            if ("fallback".equals(block.string("type")) && message != null
                    && block.get("to") instanceof JsonObject to && to.string("model") != null) {
                message = message.with("model", to.get("model"));
            }
        }
    }

    private void addDelta(JsonObject data) {
        var block = blocks.get(Protocol.index(data, 0));
        if (block != null && data.get("delta") instanceof JsonObject delta) {
            block.add(delta);
        }
    }

    private void end(JsonObject data) {
        if (message == null) {
            return;
        }
        message = LastNonNull.of(message, data.without("type", "delta", "usage"));
        message = LastNonNull.of(message, JsonObject.orEmpty(data.get("delta")));
        if (data.get("usage") instanceof JsonObject usage) {
            var before = JsonObject.orEmpty(message.get("usage"));
            message = message.with("usage", LastNonNull.of(before, usage));
        }
    }

    private JsonObject whole() throws InvalidAnswer {
        if (whole != null) {
            return whole;
        }
        if (message == null || !stopped) {
            throw InvalidAnswer.truncated();
        }
        var runsTools = "tool_use".equals(message.string("stop_reason"));
        var content = new ArrayList<JsonValue>();
        for (var block : blocks.values()) {
            content.add(block.whole(runsTools));
        }
        return message.with("content", new JsonArray(content));
    }
}
