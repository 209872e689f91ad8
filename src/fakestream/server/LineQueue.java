package fakestream.server;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Lines on their way to a stream. A daemon thread of its own writes them, in the order in which
/// they came, so that a reader that stops holds up nobody else. While more wait than fit, new lines
/// are dropped and counted. Any thread may call it.
final class LineQueue implements Consumer<String> {
    /// Of all lines that wait, in UTF-16 units: some thousand requests.
    private static final int MOST = 1 << 20;

    private final PrintStream out;
    private LongConsumer tellLost;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final Condition empty = lock.newCondition();
    private final Queue<String> lines = new ArrayDeque<>();
    /// How many lines are not written yet, the one that is being written included, and how long
    /// they are.
    private int count;
    private long size;
    private long lost;

    LineQueue(PrintStream out) {
        this.out = out;
    }

    /// Writes from now on; to be called once.
    ///
    /// @param thread its name
    /// @param tellLost is told how many lines were lost since it was last told, when the reader has
    ///     caught up
    void start(String thread, LongConsumer tellLost) {
        this.tellLost = tellLost;
        Thread.ofPlatform().daemon().name(thread).start(this::write);
    }

    /// Takes a line, and waits for nothing.
    @Override
    public void accept(String line) {
        lock.lock();
        try {
            if (count > 0 && size + line.length() > MOST) {
                lost++;
                return;
            }
            lines.add(line);
            count++;
            size += line.length();
            added.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until every line is written, but no longer than that.
    void flush(Duration most) {
        lock.lock();
        try {
            var left = most.toNanos();
            while (count > 0 && left > 0) {
                left = empty.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// Tells what was lost, if anything was.
    void tellLost() {
        lock.lock();
        var dropped = lost;
        lost = 0;
        lock.unlock();
        if (dropped > 0) {
            tellLost.accept(dropped);
        }
    }

    private void write() {
        while (true) {
            var line = next();
            out.println(line);
            if (isEmptyWithout(line)) {
                tellLost();
            }
        }
    }

    private String next() {
        lock.lock();
        try {
            while (lines.isEmpty()) {
                added.awaitUninterruptibly();
            }
            return lines.remove();
        } finally {
            lock.unlock();
        }
    }

    private boolean isEmptyWithout(String written) {
        lock.lock();
        try {
            count--;
            size -= written.length();
            if (count == 0) {
                empty.signalAll();
            }
            return count == 0;
        } finally {
            lock.unlock();
        }
    }
}
