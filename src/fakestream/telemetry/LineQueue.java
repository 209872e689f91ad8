package fakestream.telemetry;

import fakestream.concurrent.Guard;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Lines on their way to a stream. Its own daemon thread writes them in order of arrival, so a
/// reader that stops blocks no other thread. If the queue is full, new lines are dropped and
/// counted. A line longer than the queue is cut short. Any thread may call it.
final class LineQueue implements Consumer<String> {
    /// The most UTF-16 units that wait, over all lines: some thousand requests.
    private static final int MOST = 1 << 20;

    /// The pause between two writes: on a busy daemon, waking the thread for each line costs more
    /// than writing the line.
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    private final PrintStream out;
    private LongConsumer tellLost;
    private final Guard guard = new Guard();
    private final Condition added = guard.newCondition();
    private final Condition empty = guard.newCondition();
    /// The lines that are not written yet, with the lines being written; `size` is their length.
    private final List<String> lines = new ArrayList<>();
    private long size;
    private long lost;

    LineQueue(PrintStream out) {
        this.out = out;
    }

    /// Starts to write. Call it once.
    ///
    /// @param thread its name
    /// @param tellLost gets the number of lines lost since its last call, when the reader has
    ///     caught up
    void start(String thread, LongConsumer tellLost) {
        this.tellLost = tellLost;
        Thread.ofPlatform().daemon().name(thread).start(this::write);
    }

    /// Takes a line without waiting.
    @Override
    public void accept(String whole) {
        var line = whole.substring(0, Math.min(whole.length(), MOST));
        guard.run(() -> {
            if (!lines.isEmpty() && size + line.length() > MOST) {
                lost++;
                return;
            }
            lines.add(line);
            size += line.length();
            added.signal();
        });
    }

    /// Waits until every line is written, but no longer than `most`.
    void flush(Duration most) {
        try {
            guard.run(() -> {
                var left = most.toNanos();
                while (!lines.isEmpty() && left > 0) {
                    left = empty.awaitNanos(left);
                }
            });
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Reports the lost lines, if there are any.
    void tellLost() {
        var dropped = guard.get(() -> {
            var before = lost;
            lost = 0;
            return before;
        });
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
        return guard.get(() -> {
            while (lines.isEmpty()) {
                added.awaitUninterruptibly();
            }
            return List.copyOf(lines);
        });
    }

    private boolean isEmptyWithout(List<String> written) {
        return guard.get(() -> {
            lines.subList(0, written.size()).clear();
            size -= written.stream().mapToLong(String::length).sum();
            if (lines.isEmpty()) {
                empty.signalAll();
            }
            return lines.isEmpty();
        });
    }
}
