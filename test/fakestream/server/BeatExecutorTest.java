package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.LogLevel;
import fakestream.testing.Waiting;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

final class BeatExecutorTest {
    private static final int ENOUGH = 4;
    private static final PrintStream SILENT = new PrintStream(OutputStream.nullOutputStream());

    private final BlockingQueue<String> bugs = new LinkedBlockingQueue<>();
    private final BlockingQueue<Thread> ran = new LinkedBlockingQueue<>();
    private final BeatExecutor beats = new BeatExecutor(task -> Thread.ofVirtual().start(task),
            new Log(LogLevel.ERROR, SILENT, new PrintStream(SILENT) {
                @Override
                public void println(String line) {
                    bugs.add(line);
                }
            }));

    private Thread next() {
        return Waiting.next(ran, "a heartbeat");
    }

    @Test
    void hasPlatformThreadsOfItsOwn() {
        beats.execute(() -> ran.add(Thread.currentThread()));
        assertFalse(next().isVirtual());
        beats.close();
    }

    @Test
    void goesOnWhileEveryThreadIsStuck() {
        var gate = new CountDownLatch(1);
        for (int i = 0; i < ENOUGH; i++) {
            beats.execute(() -> {
                ran.add(Thread.currentThread());
                Waiting.open(gate);
            });
        }
        for (int i = 0; i < ENOUGH; i++) {
            next();
        }
        // Waits in line, until the next one finds all threads stuck.
        beats.execute(() -> ran.add(Thread.currentThread()));
        while (ran.isEmpty()) {
            beats.execute(() -> ran.add(Thread.currentThread()));
            Thread.onSpinWait();
        }
        assertTrue(next().isVirtual());
        gate.countDown();
        beats.close();
    }

    @Test
    void survivesAnInterruptAndABug() {
        for (int i = 0; i < 2 * ENOUGH; i++) {
            beats.execute(() -> {
                ran.add(Thread.currentThread());
                Thread.currentThread().interrupt();
                throw new IllegalStateException("a bug");
            });
            next();
        }
        beats.execute(() -> ran.add(Thread.currentThread()));
        assertFalse(next().isVirtual());
        for (int i = 0; i < 2 * ENOUGH; i++) {
            Waiting.next(bugs, "a bug in the log");
        }
        beats.close();
    }
}
