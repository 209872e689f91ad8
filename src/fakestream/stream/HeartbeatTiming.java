package fakestream.stream;

import fakestream.telemetry.Metrics;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/// The times of a stream's heartbeats, and their executor.
///
/// @param commitAfter how long a stream may still become a plain response
/// @param interval the time between two heartbeats
/// @param timer only hands over to the executor
/// @param metrics counts the heartbeats
public record HeartbeatTiming(Duration commitAfter, Duration interval,
        ScheduledExecutorService timer,
        Executor executor, Metrics metrics) {
    /// The timing for a client with needs of its own.
    ///
    /// @param most how long the stream may stay without its head
    /// @param other the time between two heartbeats
    public HeartbeatTiming with(Duration most, Duration other) {
        return new HeartbeatTiming(commitAfter.compareTo(most) <= 0 ? commitAfter : most, other,
                timer, executor, metrics);
    }
}
