package fakestream.testing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Waits for an event, and fails the test if it does not come within ten seconds.
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

    /// Runs all named checks at the same time, and fails with the first one that fails. Virtual
    /// threads will not do: one that loads a class blocks the threads that serve it.
    public static void together(Map<String, Runnable> checks) {
        try (var executor = Executors.newCachedThreadPool()) {
            var running = new LinkedHashMap<String, Future<?>>();
            checks.forEach((name, check) -> running.put(name, executor.submit(check)));
            running.forEach(Waiting::succeeded);
        }
    }

    private static void succeeded(String name, Future<?> check) {
        try {
            check.get();
        } catch (ExecutionException e) {
            throw new AssertionError(name + ": " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted in " + name, e);
        }
    }

    /// Milliseconds since this time by `System.nanoTime`.
    public static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
