package fakestream.protocol;

import java.util.List;

/// An answer told as a stream: its events in order, and the beat that may stand between any two of
/// them when a pause grows long.
public record Replay(List<SseEvent> events, SseEvent pause) {
    public Replay {
        events = List.copyOf(events);
    }
}
