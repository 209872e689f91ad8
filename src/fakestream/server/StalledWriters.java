package fakestream.server;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Cuts clients that take nothing. The JDK's server has no write timeout, so one sweep on the
/// timer looks at all writes that are under way, and interrupts the thread of each that is too
/// old: that closes the client's channel.
final class StalledWriters {
    private final Set<Write> writes = ConcurrentHashMap.newKeySet();
    private final long timeout;

    /// @param timeout how long a client may take nothing
    StalledWriters(Duration timeout, ScheduledExecutorService timer) {
        this.timeout = timeout.toNanos();
        var period = Math.min(timeout.toMillis() / 4, 1000);
        timer.scheduleWithFixedDelay(this::sweep, period, period, TimeUnit.MILLISECONDS);
    }

    /// Says that this thread begins to write. The write must be closed when it is done.
    Write begin() {
        var write = new Write();
        writes.add(write);
        return write;
    }

    private void sweep() {
        var now = System.nanoTime();
        writes.forEach(write -> write.interruptIfOlder(now));
    }

    /// One write, from its beginning to its close. The lock keeps an interrupt from reaching the
    /// thread when it is no longer writing.
    final class Write implements AutoCloseable {
        private final ReentrantLock lock = new ReentrantLock();
        private final Thread writer = Thread.currentThread();
        private long since = System.nanoTime();
        private boolean done;

        /// The client has taken something.
        void progressed() {
            lock.lock();
            since = System.nanoTime();
            lock.unlock();
        }

        @Override
        public void close() {
            lock.lock();
            done = true;
            lock.unlock();
            writes.remove(this);
        }

        private void interruptIfOlder(long now) {
            lock.lock();
            try {
                if (!done && now - since > timeout) {
                    writer.interrupt();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
