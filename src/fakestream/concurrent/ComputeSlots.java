package fakestream.concurrent;

import java.lang.ScopedValue.CallableOp;
import java.util.concurrent.Semaphore;

/// Limits how many requests compute at once to the number of processors. Virtual threads are not
/// time-sliced: without the limit, many long answers would take every carrier, and all other
/// heartbeats would wait. Any thread may call it; a thread that waits for its turn holds no
/// carrier.
public final class ComputeSlots {
    private final Semaphore slots = new Semaphore(Runtime.getRuntime().availableProcessors());

    /// Runs the work when its turn comes. The work takes a while and waits for nothing.
    public <T, E extends Throwable> T take(CallableOp<T, E> work) throws E {
        slots.acquireUninterruptibly();
        try {
            return work.call();
        } finally {
            slots.release();
        }
    }
}
