package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.telemetry.Redactor;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RetriesTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    /// Always gives the longest pause of the jitter.
    private static final RandomGenerator LONGEST = new RandomGenerator() {
        @Override
        public long nextLong() {
            throw new AssertionError("a bound is always given");
        }

        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    };

    private static Retries retries(int most) {
        return retries(most, 0);
    }

    private static Retries retries(int most, int open) {
        return new Retries(Config.of(Map.of("RETRY_MAX", "" + most)), LONGEST,
                InstantSource.fixed(NOW), () -> open);
    }

    private static Optional<Duration> pause(String name, String value) {
        var headers = HttpHeaders.of(Map.of(name, List.of(value)), (_, _) -> true);
        return retries(2).pause(1, new UpstreamHead(429, headers, Redactor.ofKeys()),
                Optional::empty);
    }

    @Test
    void doublesThePauseUpToEightSeconds() {
        var retries = retries(10);
        var millis = new long[] {500, 1000, 2000, 4000, 8000, 8000, 8000};
        for (int i = 0; i < millis.length; i++) {
            assertEquals(millis[i], retries.pause(i + 1).orElseThrow().plusNanos(1).toMillis());
        }
    }

    @Test
    void endsAfterTheLastRetry() {
        assertTrue(retries(2).pause(2).isPresent());
        assertTrue(retries(2).pause(3).isEmpty());
        assertTrue(retries(0).pause(1).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"retry-after-ms, 1500, 1500", "retry-after-ms, 0, 0", "retry-after, 20, 20000",
        "Retry-After, 1.5, 1500", "retry-after, 'Mon, 23 Nov 2026 10:00:07 GMT', 7000",
        "retry-after, 'Mon, 23 Nov 2026 09:59:00 GMT', 0"})
    void waitsAsLongAsTheUpstreamAsks(String name, String value, long millis) {
        assertEquals(Optional.of(Duration.ofMillis(millis)), pause(name, value));
    }

    @ParameterizedTest
    @CsvSource({"retry-after, 21", "retry-after, 3600", "retry-after-ms, 20001",
        "retry-after, 'Mon, 23 Nov 2026 10:01:00 GMT'"})
    void givesUpIfTheUpstreamAsksForTooLong(String name, String value) {
        assertEquals(Optional.empty(), pause(name, value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "soon", "", "1e3", "99999999999999999999"})
    void usesItsOwnPauseIfTheHeaderIsInvalid(String value) {
        assertEquals(retries(2).pause(1), pause("retry-after", value));
    }

    /// Whether a place is free at once: an interrupted thread does not wait for one.
    private static boolean enters(Retries retries) {
        Thread.currentThread().interrupt();
        try {
            return retries.enter(System.nanoTime() + TimeUnit.MINUTES.toNanos(1), () -> false);
        } catch (InterruptedException _) {
            return false;
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void letsAFifthOfOpenRequestsPauseAtOnce() {
        var retries = retries(2, 25);
        for (int i = 0; i < 5; i++) {
            assertTrue(enters(retries));
        }
        assertFalse(enters(retries));
        retries.leave();
        assertTrue(enters(retries));
    }

    @Test
    void alwaysLetsThreePause() {
        var retries = retries(2, 1);
        assertTrue(enters(retries) && enters(retries) && enters(retries));
        assertFalse(enters(retries));
    }

    @Test
    void waitsForAFreePlace() throws Exception {
        var retries = retries(2);
        assertTrue(enters(retries) && enters(retries) && enters(retries));
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var late = executor.submit(() ->
                    retries.enter(System.nanoTime() + Duration.ofSeconds(20).toNanos(),
                            () -> false));
            retries.leave();
            assertTrue(late.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void stopsWaitingWhenTheRequestEnds() throws Exception {
        var retries = retries(2);
        var asked = new CountDownLatch(1);
        var over = new AtomicBoolean();
        assertTrue(enters(retries) && enters(retries) && enters(retries));
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var left = executor.submit(() ->
                    retries.enter(System.nanoTime() + Duration.ofSeconds(20).toNanos(), () -> {
                        asked.countDown();
                        return over.get();
                    }));
            assertTrue(asked.await(10, TimeUnit.SECONDS));
            over.set(true);
            retries.wake();
            assertFalse(left.get(10, TimeUnit.SECONDS));
        }
    }
}
