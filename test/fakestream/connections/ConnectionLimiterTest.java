package fakestream.connections;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.LogLevel;
import fakestream.telemetry.Log;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ConnectionLimiterTest {
    private static final PrintStream SILENT = new PrintStream(OutputStream.nullOutputStream());

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ConnectionLimiter limiter = new ConnectionLimiter(8, 0,
            () -> Duration.ofMinutes(1), timer, timer, new Log(LogLevel.ERROR, SILENT, SILENT));

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    private boolean stays(int port, boolean known) {
        return limiter.mayStay(new InetSocketAddress("127.0.0.1", port), known);
    }

    @Test
    void countsOnlyTheOtherConnections() {
        for (int port = 1; port <= 4; port++) {
            assertTrue(stays(port, false));
        }
        assertFalse(stays(5, false));
        assertTrue(stays(4, false));
        assertTrue(stays(5, true) && stays(6, true));
        assertFalse(stays(7, true));
        assertTrue(stays(6, true));
    }
}
