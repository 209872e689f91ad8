package fakestream.access;

import java.util.concurrent.TimeUnit;

/// Counts the requests that are under way to the upstream, and limits their number. Any thread may
/// call it; its monitor guards the count, and a waiting thread releases it.
public final class ConcurrencyLimiter {
    /// How long a request waits for a place. A client reads the end of its response before its
    /// place is free, and its next request must not be refused for that.
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(10);

    private int open;

    /// Takes a place; [#leave()] gives it back.
    ///
    /// @param most number of places; it may differ from call to call
    /// @return whether a place was free
    synchronized boolean enter(int most) {
        var free = hasRoom(most);
        open += free ? 1 : 0;
        return free;
    }

    /// Whether a place is free; the next caller may take it.
    ///
    /// @param most number of places
    synchronized boolean hasRoom(int most) {
        try {
            var until = System.nanoTime() + MOMENT;
            for (var left = MOMENT; open >= most && left > 0; left = until - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
        if (open < most) {
            // This caller may not take the place, so the next waiting thread is woken too.
            notify();
        }
        return open < most;
    }

    /// Gives a place back.
    synchronized void leave() {
        open--;
        notify();
    }

    /// The number of requests under way.
    synchronized int open() {
        return open;
    }
}
