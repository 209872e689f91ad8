package fakestream.access;

import fakestream.concurrent.Guard;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/// Counts the requests that are under way to the upstream, and limits their number. Any thread may
/// call it; its guard protects the count, and a waiting thread releases it.
public final class ConcurrencyLimiter {
    /// How long a request waits for a place. A client reads the end of its response before its
    /// place is free, and its next request must not be refused for that.
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(10);

    private final Guard guard = new Guard();
    private final Condition left = guard.newCondition();
    private int open;

    /// Takes a place; [#leave()] gives it back.
    ///
    /// @param most number of places; it may differ from call to call
    /// @return whether a place was free
    boolean enter(int most) {
        return guard.get(() -> {
            var free = hasRoom(most);
            open += free ? 1 : 0;
            return free;
        });
    }

    /// Whether a place is free; the next caller may take it.
    ///
    /// @param most number of places
    boolean hasRoom(int most) {
        return guard.get(() -> {
            try {
                var patience = MOMENT;
                while (open >= most && patience > 0) {
                    patience = left.awaitNanos(patience);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return false;
            }
            if (open < most) {
                // This caller may not take the place, so the next waiting thread is woken too.
                left.signal();
            }
            return open < most;
        });
    }

    /// Gives a place back.
    void leave() {
        guard.run(() -> {
            open--;
            left.signal();
        });
    }

    /// The number of requests under way.
    int open() {
        return guard.get(() -> open);
    }
}
