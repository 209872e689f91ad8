package fakestream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.testing.Daemon;
import fakestream.testing.RawClient;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The daemon with a standard output pipe that no process reads.
final class UnreadOutputTest {
    /// The log lines of these requests are twice as long as a pipe's buffer.
    private static final int REQUESTS = 1500;

    @TempDir
    private Path directory;

    @Test
    void servesAndStops() {
        try (var daemon = Daemon.startUnread(directory, "--port", "0", "--demo")) {
            var port = URI.create(daemon.url()).getPort();
            try (var client = RawClient.connect(port)) {
                for (int i = 0; i < REQUESTS; i++) {
                    client.request("GET", "/nothing", "");
                    assertEquals(404, client.response().status());
                }
            }
            assertEquals(0, daemon.stop(), daemon.said());
        }
    }
}
