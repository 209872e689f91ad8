package fakestream.protocol;

import java.util.List;

/// An answer as a stream: its events in order, and the heartbeat for a long pause between two of
/// them.
public record Replay(List<SseEvent> events, SseEvent pause) {
    public Replay {
        events = List.copyOf(events);
    }
}
