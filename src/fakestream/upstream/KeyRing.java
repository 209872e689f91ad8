package fakestream.upstream;

import fakestream.config.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/// The operator's keys for one upstream, or none. A key that the upstream refuses or limits rests
/// for a while. The first key that does not rest is used always, so that the upstream's cache of
/// prompts stays warm. Any thread may call it.
final class KeyRing {
    private final List<String> keys;
    private final LongSupplier clock;
    /// Until when each key rests, by the clock.
    private final AtomicLongArray rests;

    /// @param clock in nanoseconds, such as `System.nanoTime`
    KeyRing(List<Secret> keys, LongSupplier clock) {
        this.keys = keys.stream().map(Secret::reveal).toList();
        this.clock = clock;
        this.rests = new AtomicLongArray(keys.stream().mapToLong(_ -> clock.getAsLong()).toArray());
    }

    /// All keys, whether or not they rest.
    List<String> all() {
        return keys;
    }

    /// The key to use now: the first that does not rest, or the one whose rest ends first; empty if
    /// there is none.
    Optional<String> next() {
        if (keys.size() < 2) {
            return keys.stream().findFirst();
        }
        var now = clock.getAsLong();
        return IntStream.range(0, keys.size()).boxed()
                .min((one, other) -> Long.compare(left(one, now), left(other, now)))
                .map(keys::get);
    }

    /// Lets a key rest.
    ///
    /// @return whether another key does not rest
    boolean rest(String key, Duration time) {
        var now = clock.getAsLong();
        rests.set(keys.indexOf(key), now + time.toNanos());
        return IntStream.range(0, keys.size()).anyMatch(i -> left(i, now) == 0);
    }

    /// How long a key still rests, in nanoseconds.
    private long left(int index, long now) {
        return Math.max(0, rests.get(index) - now);
    }
}
