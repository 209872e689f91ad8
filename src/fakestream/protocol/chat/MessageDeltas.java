package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.EmptyAnswers;
import fakestream.protocol.SseEvent;

/// Gives a choice a delta if an event of a stream holds its whole message instead: clients read
/// only deltas. After deltas a message only repeats them (MiniMax ends its streams so), and stays
/// as it is. It belongs to the thread that reads the stream.
final class MessageDeltas {
    /// Whether the stream has told any part of the answer.
    private boolean told;

    /// The event with deltas for its messages; the same event if it has no messages.
    SseEvent.Received mended(SseEvent.Received event) {
        if (told || !event.data().contains("\"choices\"")) {
            return event;
        }
        var chunk = event.object();
        var choices = chunk.objects("choices");
        told = choices.stream().anyMatch(choice -> ChatAnswer.isWhole(choice)
                || !EmptyAnswers.isNothing(choice.get("delta")));
        return choices.stream().noneMatch(ChatAnswer::isWhole) ? event
                : event.with(chunk.with("choices", new JsonArray(choices.stream()
                        .<JsonValue>map(MessageDeltas::withDelta).toList())));
    }

    private static JsonObject withDelta(JsonObject choice) {
        return ChatAnswer.isWhole(choice) ? choice.without("message", "text")
                .with("delta", ChatAnswer.withMessage(choice).get("message")) : choice;
    }
}
