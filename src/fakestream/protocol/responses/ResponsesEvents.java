package fakestream.protocol.responses;

import fakestream.json.JsonObject;
import fakestream.protocol.SseEvent;
import java.util.ArrayList;
import java.util.List;

/// Collects the events of one stream; each gets its type and the next number.
final class ResponsesEvents {
    private final List<SseEvent> events = new ArrayList<>();
    private final long first;

    /// @param first the number of the first event; numbered heartbeats may precede it
    ResponsesEvents(long first) {
        this.first = first;
    }

    /// Adds an event with these members beside its type and number.
    void add(String type, JsonObject.Builder members) {
        add(type, members, false);
    }

    /// Adds an event; `piece` says whether it is one of the pieces of a text.
    void add(String type, JsonObject.Builder members, boolean piece) {
        events.add(event(type, first + events.size(), members, piece));
    }

    /// The events so far.
    List<SseEvent> all() {
        return List.copyOf(events);
    }

    /// OpenAI's own heartbeat.
    static SseEvent keepalive(long number) {
        return event("keepalive", number, new JsonObject.Builder(), false);
    }

    /// The type stands in the `event:` line and in the data, as OpenAI sends it.
    private static SseEvent event(
            String type, long number, JsonObject.Builder members, boolean piece) {
        var data = new JsonObject.Builder().add("type", type).add("sequence_number", number)
                .addAll(members.build()).build();
        return new SseEvent.Message(type, data, piece);
    }
}
