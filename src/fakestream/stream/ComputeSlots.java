package fakestream.stream;

import java.util.concurrent.Semaphore;

/// Lets no more requests compute at once than there are processors. Virtual threads are not
/// time-sliced: without it, a crowd with long answers would take every carrier, and the
/// heartbeats of all others would wait behind it. Any thread may call it; who waits for its turn
/// holds no carrier.
public final class ComputeSlots {
    private final Semaphore slots = new Semaphore(Runtime.getRuntime().availableProcessors());

    /// Something that takes a while and waits for nothing.
    ///
    /// @param <T> its result
    /// @param <E> how it fails
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /// Does the work when its turn comes.
    public <T, E extends Exception> T take(Work<T, E> work) throws E {
        slots.acquireUninterruptibly();
        try {
            return work.run();
        } finally {
            slots.release();
        }
    }
}
