package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.LogLevel;
import fakestream.telemetry.Log;
import fakestream.testing.Waiting;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The timer after a task throws.
final class TimerTest {
    private static final PrintStream SILENT = new PrintStream(OutputStream.nullOutputStream());

    private final CountDownLatch said = new CountDownLatch(1);
    private final Timer timer = new Timer(new Log(LogLevel.ERROR, SILENT, new PrintStream(SILENT) {
        @Override
        public void println(String line) {
            assertTrue(line.contains("error a timer task: "), line);
            said.countDown();
        }
    }));

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class})
    void keepsRunningAPeriodicTaskThatThrows(Class<? extends Throwable> fault) {
        var sweeps = new CountDownLatch(3);
        timer.scheduleWithFixedDelay(() -> {
            sweeps.countDown();
            TimerTest.<RuntimeException>fail(fault);
        }, 0, 1, TimeUnit.MILLISECONDS);
        Waiting.open(sweeps);
        Waiting.open(said);
    }

    @Test
    void logsTheFailureOfATaskThatRunsOnce() {
        timer.schedule(() -> TimerTest.<RuntimeException>fail(AssertionError.class), 0,
                TimeUnit.MILLISECONDS);
        Waiting.open(said);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void fail(Class<? extends Throwable> fault) throws E {
        try {
            throw (E) fault.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
