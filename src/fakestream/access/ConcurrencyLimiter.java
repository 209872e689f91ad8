package fakestream.access;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Counts the requests that are under way to the upstream, and lets in no more than there may be.
/// Any thread may call it; the lock guards the count.
public final class ConcurrencyLimiter {
    /// A client reads the end of its answer before its place is free: who asks one thing after the
    /// other must not be turned away for that.
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(10);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private int open;

    /// Takes a place, to be given back by [#leave()].
    ///
    /// @param most places there are; it may be another number than the last time
    /// @return whether there was one
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

    /// Whether there is a place, which the next one may take.
    ///
    /// @param most places there are
    boolean hasRoom(int most) {
        lock.lock();
        try {
            var patience = MOMENT;
            while (open >= most && patience > 0) {
                patience = left.awaitNanos(patience);
            }
            if (open < most) {
                // Whoever else waits must not miss the place that this one may not take.
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

    /// How many are under way.
    int open() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }
}
