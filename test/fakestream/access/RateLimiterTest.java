package fakestream.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs on a clock that the test advances and that overflows soon.
final class RateLimiterTest {
    private long now = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();
    private final RateLimiter rate = new RateLimiter(() -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    /// How many requests get through at once.
    private long burst(String client, int perMinute) {
        return IntStream.iterate(0, n -> rate.take(List.of(client), perMinute).isZero(), n -> n + 1)
                .count();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 60, 997, 60_000, 1_000_000})
    void allowsOneMinutesRequestsAtOnce(int perMinute) {
        assertEquals(perMinute, burst("a", perMinute));
    }

    @Test
    void refillsEvenlyAndToTheFullWithinAMinute() {
        assertEquals(60, burst("a", 60));
        pass(Duration.ofMillis(999));
        assertEquals(Duration.ofMillis(1), rate.take(List.of("a"), 60));
        pass(Duration.ofMillis(1));
        assertEquals(1, burst("a", 60));
        pass(Duration.ofSeconds(10));
        assertEquals(10, burst("a", 60));
        pass(Duration.ofHours(10));
        assertEquals(60, burst("a", 60));
    }

    @Test
    void tellsHowLongItTakesUntilTheNextToken() {
        assertEquals(1, burst("a", 1));
        assertEquals(Duration.ofSeconds(60), rate.take(List.of("a"), 1));
        pass(Duration.ofSeconds(50));
        assertEquals(Duration.ofSeconds(10), rate.take(List.of("a"), 1));
    }

    @Test
    void takesNoTokenForARefusedRequest() {
        assertEquals(6, burst("a", 6));
        for (int i = 0; i < 100; i++) {
            assertEquals(Duration.ofSeconds(10), rate.take(List.of("a"), 6));
        }
    }

    @Test
    void keepsClientsApart() {
        assertEquals(3, burst("a", 3));
        assertEquals(3, burst("b", 3));
        assertEquals(0, burst("a", 3));
    }

    @Test
    void appliesANewRateFromThenOn() {
        assertEquals(2, burst("a", 2));
        pass(Duration.ofSeconds(30));
        assertEquals(30, burst("a", 60));
    }

    /// Takes a token for many names, which fill all room for buckets.
    private void flood(int names) {
        for (int i = 0; i < names; i++) {
            rate.take(List.of("flood " + i), 1);
        }
    }

    @Test
    void keepsEveryBucketThatIsNotFullDuringAFlood() {
        assertEquals(3, burst("old", 3));
        for (int i = 0; i < 50; i++) {
            flood(2 * RateLimiter.MOST_BUCKETS);
            assertEquals(0, burst("old", 3));
            pass(Duration.ofMillis(390));
        }
        pass(Duration.ofMillis(500));
        assertEquals(1, burst("old", 3));
    }

    @Test
    void boundsTheNumberOfBuckets() {
        flood(10 * RateLimiter.MOST_BUCKETS);
        assertTrue(rate.size() <= RateLimiter.MOST_BUCKETS + RateLimiter.SHARED_BUCKETS);
        pass(Duration.ofSeconds(60));
        assertEquals(1, burst("new", 1));
        assertEquals(1, rate.size());
    }

    @Test
    void sharesBucketsOnlyDuringAFlood() {
        flood(RateLimiter.MOST_BUCKETS);
        var through = IntStream.range(0, 10 * RateLimiter.SHARED_BUCKETS)
                .filter(i -> rate.take(List.of("new " + i), 1).isZero()).count();
        assertTrue(through > RateLimiter.SHARED_BUCKETS / 2
                && through <= RateLimiter.SHARED_BUCKETS,
                () -> through + " of them");
        pass(Duration.ofSeconds(60));
        assertEquals(2, burst("a", 2));
        assertEquals(2, burst("b", 2));
    }

    @Test
    void takesATokenFromEveryBucketOrFromNone() {
        assertEquals(1, burst("a", 2) - 1);
        assertEquals(Duration.ofSeconds(30), rate.take(List.of("b", "a"), 2));
        assertEquals(2, burst("b", 2));
        pass(Duration.ofSeconds(60));
        assertTrue(rate.take(List.of("a", "b"), 2).isZero());
        assertEquals(1, burst("a", 2));
        assertEquals(1, burst("b", 2));
    }
}
