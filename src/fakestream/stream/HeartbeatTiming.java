package fakestream.stream;

import fakestream.telemetry.Metrics;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/// When the beats of a stream come, and what runs them.
///
/// @param commitAfter how long a stream may still become a plain response
/// @param interval between two beats
/// @param timer only hands over to the executor
/// @param metrics count them
public record HeartbeatTiming(Duration commitAfter, Duration interval,
        ScheduledExecutorService timer,
        Executor executor, Metrics metrics) {
    /// The same for a client of its own needs.
    ///
    /// @param most how long the stream may stay without its head
    /// @param other the time between two beats
    public HeartbeatTiming with(Duration most, Duration other) {
        return new HeartbeatTiming(commitAfter.compareTo(most) <= 0 ? commitAfter : most, other,
                timer,
                executor, metrics);
    }
}
