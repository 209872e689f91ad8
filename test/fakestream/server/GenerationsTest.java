package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.config.LogLevel;
import fakestream.http.ServerState;
import fakestream.stream.HeartbeatExecutor;
import fakestream.telemetry.Build;
import fakestream.telemetry.Log;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The end of the generations of old settings.
final class GenerationsTest {
    private static final int THREADS = 8;
    private static final int READINGS = 100;
    private static final PrintStream SILENT = new PrintStream(OutputStream.nullOutputStream());
    private static final Config CONFIG = Config.of(Map.of());

    private final Log log = new Log(LogLevel.ERROR, SILENT, SILENT);
    private final Timer timer = new Timer(log);
    private final HeartbeatExecutor beats = new HeartbeatExecutor(timer, timer, log);
    private final Generations generations = new Generations(CONFIG, new Build("", ""), 0,
            new ServerState(), timer, timer, beats, log);
    /// The number of the timer's periodic tasks. Each generation has one until it ends.
    private final int tasks = timer.getQueue().size();

    @AfterEach
    void close() {
        beats.close();
        timer.shutdownNow();
    }

    @Test
    void endsAllButOneWhenManyThreadsReplaceThem() throws InterruptedException {
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS * READINGS; i++) {
                threads.execute(() -> generations.reload(CONFIG));
            }
        }
        assertEquals(tasks, timer.getQueue().size());
        assertTrue(generations.current().enter());
        assertEquals(1, generations.open());
    }

    @Test
    void endsAGenerationThatIsMadeAfterClose() {
        generations.close();
        generations.reload(CONFIG);
        assertEquals(tasks - 1, timer.getQueue().size());
    }
}
