package fakestream.concurrent;

import java.lang.ScopedValue.CallableOp;
import java.util.concurrent.locks.ReentrantLock;

/// A lock that runs sections of code, one at a time. Any thread may call it. It stands in for
/// `synchronized`: a virtual thread that meets a contended monitor, or `Object.wait`, could hang
/// for ever before Java 25.0.3 (JDK-8369227).
public final class Guard extends ReentrantLock {
    private static final long serialVersionUID = 1L;

    /// Code that returns nothing.
    @FunctionalInterface
    public interface Section<E extends Throwable> {
        void run() throws E;
    }

    /// Runs a section under this lock.
    public <E extends Throwable> void run(Section<E> section) throws E {
        lock();
        try {
            section.run();
        } finally {
            unlock();
        }
    }

    /// Runs a section under this lock, and returns its value.
    public <T, E extends Throwable> T get(CallableOp<T, E> section) throws E {
        lock();
        try {
            return section.call();
        } finally {
            unlock();
        }
    }
}
