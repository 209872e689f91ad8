package fakestream.server;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// A bucket of tokens for each client: a minute's worth when full, and each request takes one. Of
/// a bucket only the time is kept at which it will be full again. Any thread may call it; the lock
/// guards the buckets.
final class RateLimit {
    /// Beyond it the bucket that was not asked for the longest is forgotten, which fills it.
    static final int MOST_BUCKETS = 10_000;

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedMap<String, Long> fullAt = new LinkedHashMap<>(16, 0.75f, true);

    /// @param nanoTime a clock such as `System::nanoTime`
    RateLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// Takes a token of a client.
    ///
    /// @param perMinute how many it gets; it may be another number than the last time
    /// @return zero, or how long it takes until the next one where there is none
    Duration take(String client, int perMinute) {
        var token = MINUTE / perMinute;
        lock.lock();
        try {
            var now = nanoTime.getAsLong();
            // The clock may run over: only differences tell.
            var fullIn = Math.max(fullAt.getOrDefault(client, now) - now, 0);
            var wait = fullIn + token - MINUTE;
            if (wait > 0) {
                return Duration.ofNanos(wait);
            }
            fullAt.put(client, now + fullIn + token);
            if (fullAt.size() > MOST_BUCKETS) {
                fullAt.pollFirstEntry();
            }
            return Duration.ZERO;
        } finally {
            lock.unlock();
        }
    }
}
