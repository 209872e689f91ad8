package fakestream.access;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Counts the requests that are under way to the upstream, and limits their number. Any thread may
/// call it; the lock guards the count.
public final class ConcurrencyLimiter {
    /// How long a request waits for a place. A client reads the end of its response before its
    /// place is free, and its next request must not be refused for that.
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(10);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private int open;

    /// Takes a place; [#leave()] gives it back.
    ///
    /// @param most number of places; it may differ from call to call
    /// @return whether a place was free
    boolean enter(int most) {
        lock.lock();
        try {
            if (!hasRoom(most)) {
                return false;
            }
            open++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Whether a place is free; the next caller may take it.
    ///
    /// @param most number of places
    boolean hasRoom(int most) {
        lock.lock();
        try {
            var patience = MOMENT;
            while (open >= most && patience > 0) {
                patience = left.awaitNanos(patience);
            }
            if (open < most) {
                // This caller may not take the place, so the next waiting thread is woken too.
                left.signal();
            }
            return open < most;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Gives a place back.
    void leave() {
        lock.lock();
        try {
            open--;
            left.signal();
        } finally {
            lock.unlock();
        }
    }

    /// The number of requests under way.
    int open() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }
}
