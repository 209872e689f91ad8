package fakestream.stream;

import java.util.concurrent.Semaphore;

/// Limits how many requests compute at once to the number of processors. Virtual threads are not
/// time-sliced: without the limit, many long answers would take every carrier, and all other
/// heartbeats would wait. Any thread may call it; a thread that waits for its turn holds no
/// carrier.
public final class ComputeSlots {
    private final Semaphore slots = new Semaphore(Runtime.getRuntime().availableProcessors());

    /// Work that takes a while and waits for nothing.
    ///
    /// @param <T> its result
    /// @param <E> its exception
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /// Runs the work when its turn comes.
    public <T, E extends Exception> T take(Work<T, E> work) throws E {
        slots.acquireUninterruptibly();
        try {
            return work.run();
        } finally {
            slots.release();
        }
    }
}
