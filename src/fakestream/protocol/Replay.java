package fakestream.protocol;

import java.util.List;

/// An answer as a stream: its events in order, and the heartbeat for a long pause between two of
/// them.
public record Replay(List<SseEvent> events, SseEvent pause) {
    public Replay {
        events = List.copyOf(events);
    }

    /// An answer that is no JSON, such as a sound. It becomes a stream piece by piece, while it
    /// comes.
    public interface OfBytes {
        /// The events for the next bytes of the answer. Some of the bytes may wait for more.
        List<SseEvent> next(byte[] bytes);

        /// The last events, when all bytes have come.
        List<SseEvent> end();
    }
}
