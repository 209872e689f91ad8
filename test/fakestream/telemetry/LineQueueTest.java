package fakestream.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Waiting;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A log whose reader pauses.
final class LineQueueTest {
    /// A line so long that 32 fit.
    private static final String LONG = "x".repeat(1 << 15);
    private static final int FIT = 32;

    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);
    private final BlockingQueue<String> written = new LinkedBlockingQueue<>();
    private final BlockingQueue<Long> told = new LinkedBlockingQueue<>();
    private final LineQueue queue = new LineQueue(
            new PrintStream(OutputStream.nullOutputStream()) {
                @Override
                public void println(String line) {
                    reading.countDown();
                    Waiting.open(gate);
                    written.addAll(List.of(line.split(System.lineSeparator(), -1)));
                }
            });

    @AfterEach
    void letTheReaderGoOn() {
        gate.countDown();
    }

    private String next() {
        return Waiting.next(written, "a line");
    }

    /// Fills the queue and adds `lost` lines more, while its reader is stopped at the first line.
    private void overflow(int lost) {
        queue.start("lines", told::add);
        queue.accept(LONG);
        Waiting.open(reading);
        for (int i = 1; i < FIT + lost; i++) {
            queue.accept(LONG);
        }
    }

    @Test
    void keepsLinesInOrderWhileTheReaderStops() {
        queue.start("lines", told::add);
        for (int i = 0; i < 1000; i++) {
            queue.accept("line " + i);
        }
        gate.countDown();
        for (int i = 0; i < 1000; i++) {
            assertEquals("line " + i, next());
        }
        assertTrue(told.isEmpty());
    }

    @Test
    void reportsLostLinesOnceTheReaderHasCaughtUp() {
        overflow(7);
        gate.countDown();
        assertEquals(7, Waiting.next(told, "how many were lost"));
        assertEquals(FIT, written.size());
        queue.accept("the next");
        for (int i = 0; i < FIT; i++) {
            assertEquals(LONG, next());
        }
        assertEquals("the next", next());
        assertTrue(told.isEmpty());
    }

    @Test
    void reportsLostLinesEvenIfTheReaderNeverCatchesUp() {
        overflow(3);
        queue.tellLost();
        assertEquals(3, Waiting.next(told, "how many were lost"));
    }

    @Test
    void cutsALineThatIsTooLong() {
        queue.start("lines", told::add);
        gate.countDown();
        queue.accept(LONG.repeat(2 * FIT));
        assertEquals(LONG.length() * FIT, next().length());
    }

    @Test
    void flushesToAReaderButNotToAStoppedOne() {
        queue.start("lines", told::add);
        queue.accept("a");
        queue.accept("");
        var began = System.nanoTime();
        queue.flush(Duration.ofMillis(100));
        var took = Waiting.millisSince(began);
        assertTrue(took >= 99, took + " ms");
        assertTrue(written.isEmpty());
        gate.countDown();
        queue.flush(Duration.ofSeconds(10));
        assertEquals(2, written.size());
    }
}
