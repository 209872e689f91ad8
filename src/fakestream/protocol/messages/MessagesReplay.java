package fakestream.protocol.messages;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.ArrayList;
import java.util.List;

/// Tells a whole message as its stream: the message without its content, unless a heartbeat has
/// opened it, the blocks one after another, and how it ended.
final class MessagesReplay {
    /// What is only known at the end. SDKs take it from `message_delta`; LangChain joins what both
    /// tell, so that `message_start` has null for it, as Anthropic's own has.
    private static final List<String> AT_THE_END =
            List.of("stop_reason", "stop_sequence", "stop_details", "container");

    private MessagesReplay() {
    }

    static Replay of(JsonObject answer, StreamState state) {
        var events = new ArrayList<SseEvent>();
        if (!state.begun()) {
            events.add(MessagesEvent.of(start(answer), false));
        }
        var blocks = answer.get("content") instanceof JsonArray(var elements) ? elements
                : List.<JsonValue>of();
        for (int i = 0; i < blocks.size(); i++) {
            if (blocks.get(i) instanceof JsonObject block) {
                events.addAll(MessagesBlock.tell(i, block, state));
            }
        }
        events.add(MessagesEvent.of(end(answer), false));
        events.add(MessagesEvent.of(MessagesEvent.data("message_stop").build(), false));
        return new Replay(events, MessagesEvent.PING);
    }

    private static JsonObject start(JsonObject answer) {
        var message = new JsonObject.Builder().addAll(answer)
                .add("content", JsonArray.EMPTY).add("usage", usageAtStart(usage(answer)));
        for (var name : AT_THE_END) {
            if (answer.has(name)) {
                message.add(name, JsonNull.NULL);
            }
        }
        return MessagesEvent.data("message_start").add("message", message.build()).build();
    }

    private static JsonObject usage(JsonObject answer) {
        return answer.get("usage") instanceof JsonObject usage ? usage : MessagesEvent.NO_USAGE;
    }

    /// Usage that an SDK does not know survives only from here. All SDKs overwrite the output
    /// tokens by those of `message_delta`, but LangChain adds these to them.
    private static JsonObject usageAtStart(JsonObject usage) {
        return usage.get("output_tokens") instanceof JsonNumber
                ? usage.with("output_tokens", JsonNumber.of(0)) : usage;
    }

    /// The end has the whole usage again: Go and Java take what they know of it from here. Context
    /// management stands beside the delta, where the beta SDKs look for it, and in the start,
    /// because the others look nowhere.
    private static JsonObject end(JsonObject answer) {
        var delta = new JsonObject.Builder();
        for (var name : AT_THE_END) {
            if (answer.has(name)) {
                delta.add(name, answer.get(name));
            }
        }
        var event = MessagesEvent.data("message_delta")
                .add("delta", delta.build()).add("usage", usage(answer));
        if (answer.has("context_management")) {
            event.add("context_management", answer.get("context_management"));
        }
        return event.build();
    }
}
