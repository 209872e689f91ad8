package fakestream.stream;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.LogLevel;
import fakestream.server.Timer;
import fakestream.telemetry.Log;
import fakestream.testing.Waiting;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HeartbeatExecutorTest {
    private static final int ENOUGH = 4;
    private static final int BURST = 1000;
    private static final int CROWD = 64;
    private static final PrintStream SILENT = new PrintStream(OutputStream.nullOutputStream());

    private final BlockingQueue<String> bugs = new LinkedBlockingQueue<>();
    private final BlockingQueue<Thread> ran = new LinkedBlockingQueue<>();
    private final Log log = new Log(LogLevel.ERROR, SILENT, new PrintStream(SILENT) {
        @Override
        public void println(String line) {
            bugs.add(line);
        }
    });
    private final Timer timer = new Timer(log);
    private final HeartbeatExecutor beats =
            new HeartbeatExecutor(timer, task -> Thread.ofVirtual().start(task), log);

    @AfterEach
    void close() {
        beats.close();
        timer.shutdownNow();
    }

    private Thread next() {
        return Waiting.next(ran, "a heartbeat");
    }

    @Test
    void runsBeatsOnItsOwnPlatformThreads() {
        beats.execute(() -> ran.add(Thread.currentThread()));
        assertFalse(next().isVirtual());
        beats.close();
    }

    /// A fifth beat comes; no thread is left for it, and no beat follows.
    @Test
    void runsABeatWhileEveryThreadIsStuck() {
        var gate = new CountDownLatch(1);
        for (int i = 0; i < ENOUGH; i++) {
            beats.execute(() -> {
                ran.add(Thread.currentThread());
                Waiting.open(gate);
            });
        }
        beats.execute(() -> ran.add(Thread.currentThread()));
        for (int i = 0; i < ENOUGH; i++) {
            assertFalse(next().isVirtual());
        }
        assertTrue(next().isVirtual());
        gate.countDown();
    }

    /// Virtual threads that compute keep every carrier. A beat on a virtual thread would wait until
    /// they end; here, they end after the last beat, or with the test if that fails.
    @Test
    void staysOnTimeInABurstWhileVirtualThreadsCompute() {
        var left = new CountDownLatch(BURST);
        var over = new AtomicBoolean();
        var computing = new CountDownLatch(Runtime.getRuntime().availableProcessors());
        for (int i = 0; i < CROWD; i++) {
            Thread.ofVirtual().start(() -> {
                computing.countDown();
                while (left.getCount() > 0 && !over.get()) {
                    Thread.onSpinWait();
                }
            });
        }
        try {
            Waiting.open(computing);
            for (int i = 0; i < BURST; i++) {
                beats.execute(left::countDown);
            }
            Waiting.open(left);
        } finally {
            over.set(true);
        }
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
    }
}
