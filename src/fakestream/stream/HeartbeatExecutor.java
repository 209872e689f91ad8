package fakestream.stream;

import fakestream.telemetry.Log;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Runs heartbeats on platform threads of their own, because the operating system time-slices
/// these. Nothing time-slices virtual threads: there, many long answers would delay each heartbeat.
///
/// A heartbeat to a client that does not read blocks its thread until that client is cut off. When
/// no thread has finished a heartbeat for a moment, the waiting ones move to virtual threads. So no
/// client delays another for longer than two moments. Any thread may call it.
public final class HeartbeatExecutor implements Executor, AutoCloseable {
    private static final int THREADS = 4;

    /// Longer than the operating system keeps a thread waiting on a busy machine.
    private static final Duration MOMENT = Duration.ofMillis(50);

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(THREADS, THREADS, 0,
            TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("beats-", 0).factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    private final ScheduledExecutorService timer;
    private final Executor others;
    private final Log log;
    /// Whether [#look] is scheduled.
    private final AtomicBoolean watched = new AtomicBoolean();

    /// @param timer only hands over to `others`
    /// @param others an executor on which no task waits for another
    public HeartbeatExecutor(ScheduledExecutorService timer, Executor others, Log log) {
        this.timer = timer;
        this.others = others;
        this.log = log;
        // Otherwise a heartbeat might later need a thread that the system refuses.
        threads.prestartAllCoreThreads();
    }

    /// Runs a heartbeat after this time, or at once if it is negative. The timer only hands over.
    Future<?> schedule(Runnable beat, long nanos) {
        return timer.schedule(() -> execute(beat), nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void execute(Runnable beat) {
        threads.execute(log.guarded("a heartbeat", beat));
        watchIfAnyWaits();
    }

    /// Ends the threads, and drops the waiting heartbeats.
    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void watchIfAnyWaits() {
        if (!threads.getQueue().isEmpty() && watched.compareAndSet(false, true)) {
            var finished = threads.getCompletedTaskCount();
            timer.schedule(() -> look(finished), MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// @param finished how many heartbeats had finished a moment ago
    private void look(long finished) {
        watched.set(false);
        if (threads.getCompletedTaskCount() == finished) {
            var waiting = new ArrayList<Runnable>();
            threads.getQueue().drainTo(waiting);
            waiting.forEach(others::execute);
        }
        watchIfAnyWaits();
    }
}
