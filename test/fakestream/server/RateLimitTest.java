package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// On a clock that goes only when it is told to, and that runs over soon.
final class RateLimitTest {
    private long now = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();
    private final RateLimit rate = new RateLimit(() -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    /// How many requests get through at once.
    private long burst(String client, int perMinute) {
        return IntStream.iterate(0, n -> rate.take(client, perMinute).isZero(), n -> n + 1)
                .count();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 60, 997, 60_000, 1_000_000})
    void givesAMinutesWorthAtOnce(int perMinute) {
        assertEquals(perMinute, burst("a", perMinute));
    }

    @Test
    void refillsEvenlyAndToTheFullWithinAMinute() {
        assertEquals(60, burst("a", 60));
        pass(Duration.ofMillis(999));
        assertEquals(Duration.ofMillis(1), rate.take("a", 60));
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
        assertEquals(Duration.ofSeconds(60), rate.take("a", 1));
        pass(Duration.ofSeconds(50));
        assertEquals(Duration.ofSeconds(10), rate.take("a", 1));
    }

    @Test
    void aRefusedRequestCostsNothing() {
        assertEquals(6, burst("a", 6));
        for (int i = 0; i < 100; i++) {
            assertEquals(Duration.ofSeconds(10), rate.take("a", 6));
        }
    }

    @Test
    void keepsClientsApart() {
        assertEquals(3, burst("a", 3));
        assertEquals(3, burst("b", 3));
        assertEquals(0, burst("a", 3));
    }

    @Test
    void takesAnotherRateFromThenOn() {
        assertEquals(2, burst("a", 2));
        pass(Duration.ofSeconds(30));
        assertEquals(30, burst("a", 60));
    }

    @Test
    void forgetsTheClientThatWasNotSeenForTheLongestWhereThereAreTooMany() {
        assertEquals(1, burst("old", 1));
        assertEquals(1, burst("seen", 1));
        for (int i = 2; i < RateLimit.MOST_BUCKETS; i++) {
            assertTrue(rate.take("client " + i, 1).isZero());
        }
        assertEquals(0, burst("seen", 1));
        assertTrue(rate.take("one too many", 1).isZero());
        assertEquals(0, burst("seen", 1));
        assertEquals(1, burst("old", 1));
    }
}
