package fakestream.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Waiting;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A pause of a stream ends with its time, at a hurry, or at an interrupt.
final class ServerStateTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final ServerState serverState = new ServerState();

    @Test
    void pausesForTheGivenTime() {
        var start = System.nanoTime();
        serverState.pause(Duration.ofMillis(30));
        assertTrue(System.nanoTime() - start >= 30_000_000);
        assertFalse(serverState.isHurrying());
    }

    @Test
    void endsEveryPauseAtAHurry() {
        var pausing = new CountDownLatch(100);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var pauses = Stream.generate(() -> CompletableFuture.runAsync(() -> {
                pausing.countDown();
                serverState.pause(LONG);
                serverState.pause(LONG);
            }, threads)).limit(100).toList();
            Waiting.open(pausing);
            serverState.hurry();
            pauses.forEach(pause -> Waiting.done(pause, "a pause that ends"));
        }
        assertTrue(serverState.isHurrying());
    }

    @Test
    void keepsAnInterruptForTheNextWrite() {
        Thread.currentThread().interrupt();
        serverState.pause(LONG);
        assertTrue(Thread.interrupted());
    }
}
