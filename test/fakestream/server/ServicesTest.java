package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.access.Admission;
import fakestream.access.RateLimit;
import fakestream.config.Config;
import fakestream.config.LogLevel;
import fakestream.connections.Crowd;
import fakestream.connections.LeavingClients;
import fakestream.endpoint.CallSharing;
import fakestream.endpoint.RecentStreams;
import fakestream.http.BodyMemory;
import fakestream.http.Lifetime;
import fakestream.telemetry.Build;
import fakestream.telemetry.Log;
import fakestream.telemetry.Scrape;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of the services of old settings.
final class ServicesTest {
    private static final int THREADS = 8;
    private static final int READINGS = 100;
    private static final PrintStream SILENT = new PrintStream(OutputStream.nullOutputStream());

    private final Log log = new Log(LogLevel.ERROR, SILENT, SILENT);
    private final Timer timer = new Timer(log);
    private final BodyMemory memory = BodyMemory.of(Config.of(Map.of()));
    private final Shared shared = new Shared(new Build("", ""), new Lifetime(), timer, timer,
            timer, () -> "", () -> "", new LeavingClients(timer, timer, log),
            new Crowd(100, 0, () -> Duration.ofMinutes(1), timer, timer, log),
            new RateLimit(System::nanoTime), new RateLimit(System::nanoTime), new Admission(),
            memory, new CallSharing(timer, timer, memory.answers()),
            Scrape.metrics(), new RecentStreams(), log);

    /// The timer's periodic tasks of anything but services.
    private final int others = timer.getQueue().size();
    private final Services services = new Services(service());

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    private Service service() {
        return new Service(Config.of(Map.of()), shared);
    }

    /// Each service that has not ended has its sweep on the timer.
    private int alive() {
        return timer.getQueue().size() - others;
    }

    @Test
    void endsAllButOneWhenManyThreadsReplaceThem() throws InterruptedException {
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS * READINGS; i++) {
                threads.execute(() -> services.replace(service()));
            }
        }
        assertEquals(1, alive());
        assertTrue(services.current().enter());
    }

    @Test
    void endsTheServiceThatComesBehindTheEnd() {
        services.close();
        services.replace(service());
        assertEquals(0, alive());
    }
}
