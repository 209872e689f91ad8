package fakestream.protocol.messages;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.ArrayList;
import java.util.List;

/// Turns a whole message into its stream: the message without content, unless a heartbeat has
/// opened it, then its blocks in order, then its end.
final class MessagesReplay {
    /// The members that are known only at the end. SDKs read them from `message_delta`. LangChain
    /// joins both events, so `message_start` has null for them, as Anthropic's own has.
    private static final List<String> AT_THE_END =
            List.of("stop_reason", "stop_sequence", "stop_details", "container");

    private MessagesReplay() {
    }

    static Replay of(JsonObject answer, StreamState state) {
        var events = new ArrayList<SseEvent>();
        if (!state.begun()) {
            events.add(start(answer));
        }
        var blocks = answer.objects("content");
        for (int i = 0; i < blocks.size(); i++) {
            events.addAll(MessagesBlock.tell(i, blocks.get(i), state));
        }
        events.add(end(answer));
        events.add(MessagesEvent.of(MessagesEvent.data("message_stop")));
        return new Replay(events, MessagesEvent.PING);
    }

    private static SseEvent start(JsonObject answer) {
        var message = new JsonObject.Builder().addAll(answer)
                .add("content", JsonArray.EMPTY).add("usage", usageAtStart(usage(answer)));
        AT_THE_END.stream().filter(answer::has)
                .forEach(name -> message.add(name, JsonNull.NULL));
        return MessagesEvent.of(MessagesEvent.data("message_start")
                .add("message", message.build()));
    }

    private static JsonObject usage(JsonObject answer) {
        return answer.get("usage") instanceof JsonObject usage ? usage : MessagesEvent.NO_USAGE;
    }

    /// SDKs take unknown usage members only from this event. All SDKs overwrite its output tokens
    /// with those of `message_delta`, but LangChain adds the two, so they start at 0.
    private static JsonObject usageAtStart(JsonObject usage) {
        return usage.get("output_tokens") instanceof JsonNumber
                ? usage.with("output_tokens", JsonNumber.of(0)) : usage;
    }

    /// Repeats the whole usage: the Go and Java SDKs read the members that they know from here.
    /// `context_management` stands beside the delta, because the beta SDKs read it there; it also
    /// stays in `message_start`, because the other SDKs do not read it here.
    private static SseEvent end(JsonObject answer) {
        var delta = new JsonObject.Builder();
        AT_THE_END.forEach(name -> delta.addAll(answer.only(name)));
        return MessagesEvent.of(MessagesEvent.data("message_delta")
                .add("delta", delta.build()).add("usage", usage(answer))
                .addAll(answer.only("context_management")));
    }
}
