package fakestream.connections;

import fakestream.concurrent.Guard;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Cuts clients that take no bytes, and clients whose refused request does not end. The JDK's
/// server has no write timeout, so one sweep on the timer checks all clients. It interrupts the
/// thread of each client that is past its deadline, which closes the client's channel.
public final class WriteTimeouts implements AutoCloseable {
    /// The longest time for discarding the rest of a request.
    private static final Duration DISCARDING = Duration.ofSeconds(5);

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final long timeout;
    private final Future<?> sweeps;

    /// @param timeout how long a client may take no bytes
    public WriteTimeouts(Duration timeout, ScheduledExecutorService timer) {
        this.timeout = timeout.toNanos();
        var period = Math.min(timeout.toMillis() / 4, 1000);
        this.sweeps = timer.scheduleWithFixedDelay(this::sweep, period, period,
                TimeUnit.MILLISECONDS);
    }

    /// Watches one client until the watch is closed.
    public Watch watch() {
        var watch = new Watch();
        watches.add(watch);
        return watch;
    }

    /// Stops watching all clients.
    @Override
    public void close() {
        sweeps.cancel(false);
    }

    private void sweep() {
        var now = System.nanoTime();
        watches.forEach(watch -> watch.interruptIfLate(now));
    }

    /// The current write or discard of one client; there is one at a time. The guard prevents an
    /// interrupt of a thread that has finished it.
    public final class Watch implements AutoCloseable {
        private final Guard guard = new Guard();
        private Thread worker;
        private long deadline;

        /// This thread begins to write, or the client has taken some of the bytes.
        public void writing() {
            set(Thread.currentThread(), timeout);
        }

        /// This thread begins to discard input. Progress does not extend its deadline.
        public void discarding() {
            set(Thread.currentThread(), Math.min(timeout, DISCARDING.toNanos()));
        }

        /// This thread stops writing or discarding.
        public void done() {
            set(null, 0);
        }

        @Override
        public void close() {
            watches.remove(this);
        }

        private void set(Thread thread, long time) {
            guard.run(() -> {
                worker = thread;
                deadline = System.nanoTime() + time;
            });
        }

        private void interruptIfLate(long now) {
            guard.run(() -> {
                if (worker != null && now - deadline > 0) {
                    worker.interrupt();
                }
            });
        }
    }
}
