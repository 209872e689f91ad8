package fakestream.server;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Cuts clients that take nothing. The JDK's server has no write timeout, so one sweep on the
/// timer looks at all clients, and interrupts the thread of each whose write is too old: that
/// closes the client's channel.
final class StalledWriters implements AutoCloseable {
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final long timeout;
    private final Future<?> sweeps;

    /// @param timeout how long a client may take nothing
    StalledWriters(Duration timeout, ScheduledExecutorService timer) {
        this.timeout = timeout.toNanos();
        var period = Math.min(timeout.toMillis() / 4, 1000);
        this.sweeps = timer.scheduleWithFixedDelay(this::sweep, period, period,
                TimeUnit.MILLISECONDS);
    }

    /// Watches one client from now on, until that is closed.
    Watch watch() {
        var watch = new Watch();
        watches.add(watch);
        return watch;
    }

    /// Watches nobody any more.
    @Override
    public void close() {
        sweeps.cancel(false);
    }

    private void sweep() {
        var now = System.nanoTime();
        watches.forEach(watch -> watch.interruptIfOlder(now));
    }

    /// The writes to one client, of which there is one at a time. The lock keeps an interrupt from
    /// reaching a thread that is no longer writing.
    final class Watch implements AutoCloseable {
        private final ReentrantLock lock = new ReentrantLock();
        private Thread writer;
        private long since;

        /// This thread begins to write, or the client has taken some of what it writes.
        void writing() {
            set(Thread.currentThread());
        }

        /// This thread writes no more.
        void written() {
            set(null);
        }

        @Override
        public void close() {
            watches.remove(this);
        }

        private void set(Thread thread) {
            lock.lock();
            try {
                writer = thread;
                since = System.nanoTime();
            } finally {
                lock.unlock();
            }
        }

        private void interruptIfOlder(long now) {
            lock.lock();
            try {
                if (writer != null && now - since > timeout) {
                    writer.interrupt();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
