package fakestream.telemetry;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Lines on their way to a stream. A daemon thread of its own writes them, in the order in which
/// they came, so that a reader that stops holds up nobody else. While more wait than fit, new lines
/// are dropped and counted; of one that never fits the beginning is taken. Any thread may call it.
final class LineQueue implements Consumer<String> {
    /// Of all lines that wait, in UTF-16 units: some thousand requests.
    private static final int MOST = 1 << 20;

    /// Between two writings: to wake the thread for each line of a busy daemon costs more than to
    /// write it.
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    private final PrintStream out;
    private LongConsumer tellLost;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final Condition empty = lock.newCondition();
    private final List<String> lines = new ArrayList<>();
    /// How many lines are not written yet, those that are being written included, and how long they
    /// are.
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
    public void accept(String whole) {
        var line = whole.substring(0, Math.min(whole.length(), MOST));
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
            var waiting = next();
            out.println(String.join(System.lineSeparator(), waiting));
            if (isEmptyWithout(waiting)) {
                tellLost();
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    private List<String> next() {
        lock.lock();
        try {
            while (lines.isEmpty()) {
                added.awaitUninterruptibly();
            }
            var waiting = List.copyOf(lines);
            lines.clear();
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    private boolean isEmptyWithout(List<String> written) {
        lock.lock();
        try {
            count -= written.size();
            size -= written.stream().mapToLong(String::length).sum();
            if (count == 0) {
                empty.signalAll();
            }
            return count == 0;
        } finally {
            lock.unlock();
        }
    }
}
