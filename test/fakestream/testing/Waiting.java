package fakestream.testing;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Waits for what must happen, and fails the test where it does not within ten seconds.
public final class Waiting {
    static final int SECONDS = 10;

    private Waiting() {
    }

    public static <T> T next(BlockingQueue<T> queue, String what) {
        try {
            var next = queue.poll(SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError(what + " did not come");
            }
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }

    public static <T> T done(CompletableFuture<T> future, String what) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(what + " did not come", e);
        }
    }

    public static void open(CountDownLatch gate) {
        try {
            if (!gate.await(SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the gate was not opened");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted before the gate was opened", e);
        }
    }

    /// Milliseconds since then, by the clock of `System.nanoTime`.
    public static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
