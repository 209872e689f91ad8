package fakestream.server;

import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/// Runs heartbeats on platform threads of their own. Virtual threads wait in one line, so that a
/// crowd of long answers would keep the heartbeats of all others waiting; the operating system
/// gives each platform thread its time.
///
/// A heartbeat to a client that takes nothing may block its thread until that client is cut. While
/// none of the threads gets on, heartbeats go to virtual threads instead, those that wait in line
/// too; so no client delays another for longer than a moment. Any thread may call it.
final class BeatExecutor implements Executor, AutoCloseable {
    private static final int THREADS = 4;
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long IDLE = 0;

    private final BlockingQueue<Runnable> line = new LinkedBlockingQueue<>();
    /// When each thread began what it does, by `System.nanoTime`; 0 where it does nothing.
    private final AtomicLongArray since = new AtomicLongArray(THREADS);
    private final Executor others;
    private final Log log;
    private final Thread[] threads = new Thread[THREADS];
    private volatile boolean closed;

    /// @param others on which no task waits for another
    BeatExecutor(Executor others, Log log) {
        this.others = others;
        this.log = log;
        for (int i = 0; i < THREADS; i++) {
            var index = i;
            threads[i] = Thread.ofPlatform().daemon().name("beats-" + i)
                    .start(() -> work(index));
        }
    }

    @Override
    public void execute(Runnable beat) {
        if (isStuck()) {
            var waiting = new ArrayList<Runnable>();
            line.drainTo(waiting);
            waiting.forEach(others::execute);
            others.execute(beat);
        } else {
            line.add(beat);
        }
    }

    /// Ends the threads; what waits in line is forgotten.
    @Override
    public void close() {
        closed = true;
        for (var thread : threads) {
            thread.interrupt();
        }
    }

    /// Whether every thread has been at the same heartbeat for more than a moment.
    private boolean isStuck() {
        var now = System.nanoTime();
        for (int i = 0; i < THREADS; i++) {
            var begun = since.get(i);
            if (begun == IDLE || now - begun < MOMENT) {
                return false;
            }
        }
        return true;
    }

    /// An interrupt may have been for a client that took nothing, and come too late for it.
    private void work(int index) {
        while (!closed) {
            try {
                run(line.take(), index);
            } catch (InterruptedException _) {
                continue;
            }
        }
    }

    private void run(Runnable beat, int index) {
        // Never 0, which the clock may well show.
        since.set(index, System.nanoTime() | 1);
        try {
            beat.run();
        } catch (RuntimeException | Error bug) {
            log.bug("a heartbeat", bug);
        } finally {
            since.set(index, IDLE);
        }
    }
}
