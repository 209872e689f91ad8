package fakestream.access;

import fakestream.concurrent.Guard;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// A token bucket for each client. A full bucket holds one minute's tokens, and each request takes
/// one. Only the time at which a bucket will be full again is stored. Any thread may call it; its
/// guard protects the buckets.
public final class RateLimiter {
    /// At this number, full buckets are removed, which changes no limit. All other buckets stay,
    /// however many names come. If no bucket is full, new names share buckets.
    static final int MOST_BUCKETS = 10_000;

    /// The number of buckets that new names share. A salt keeps a name from choosing its bucket.
    static final int SHARED_BUCKETS = 1 << 10;

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    /// A search of all buckets for full ones takes some 100 µs.
    private static final long BETWEEN_SEARCHES = TimeUnit.SECONDS.toNanos(1);

    private final Guard guard = new Guard();
    private final LongSupplier nanoTime;
    private final int salt = ThreadLocalRandom.current().nextInt() | 1;
    private final Map<String, Long> fullAt = new HashMap<>();
    private long searchedAt;

    /// @param nanoTime a clock such as `System::nanoTime`
    public RateLimiter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.searchedAt = nanoTime.getAsLong() - BETWEEN_SEARCHES;
    }

    /// Takes a token from each bucket of a client, or from none.
    ///
    /// @param names of the buckets; a bucket that is named twice gives one token
    /// @param perMinute tokens that a bucket gets per minute; it may differ from call to call
    /// @return zero, or the time until all buckets have a token if one of them has none
    Duration take(List<String> names, int perMinute) {
        return guard.get(() -> {
            var token = MINUTE / perMinute;
            var now = nanoTime.getAsLong();
            var buckets = names.stream().map(name -> bucket(name, now)).distinct().toList();
            var wait = buckets.stream().mapToLong(bucket -> fullIn(bucket, now)).max().orElse(0)
                    + token - MINUTE;
            if (wait > 0) {
                return Duration.ofNanos(wait);
            }
            buckets.forEach(bucket -> fullAt.put(bucket, now + fullIn(bucket, now) + token));
            return Duration.ZERO;
        });
    }

    /// The number of buckets.
    int size() {
        return guard.get(() -> fullAt.size());
    }

    private String bucket(String name, long now) {
        if (fullAt.size() < MOST_BUCKETS || fullAt.containsKey(name)) {
            return name;
        }
        if (now - searchedAt >= BETWEEN_SEARCHES) {
            fullAt.keySet().removeIf(bucket -> fullIn(bucket, now) == 0);
            searchedAt = now;
        }
        return fullAt.size() < MOST_BUCKETS ? name
                : "shared " + (name.hashCode() * salt >>> 16) % SHARED_BUCKETS;
    }

    /// How long until the bucket is full. The clock may overflow, so only differences count.
    private long fullIn(String bucket, long now) {
        return Math.max(fullAt.getOrDefault(bucket, now) - now, 0);
    }
}
