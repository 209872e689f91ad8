package fakestream.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.LogLevel;
import fakestream.connections.ConnectionLimiter;
import fakestream.connections.DisconnectWatcher;
import fakestream.connections.WriteTimeouts;
import fakestream.json.Parts;
import fakestream.telemetry.Log;
import fakestream.testing.StubExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Failures at the very end of a response, which the JDK's server hardly reports.
final class ClientExchangeTest {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void close() {
        timer.shutdownNow();
        Thread.interrupted();
    }

    /// An exchange whose response body closes as `ending` does.
    private static StubExchange ending(Ending ending) {
        var request = new Request();
        var body = new ByteArrayOutputStream() {
            @Override
            public void close() throws IOException {
                if (ending.close()) {
                    request.close();
                }
            }
        };
        return new StubExchange() {
            @Override
            public InputStream getRequestBody() {
                return request;
            }

            @Override
            public OutputStream getResponseBody() {
                return body;
            }
        };
    }

    /// A request body that behaves as the JDK's does.
    private static final class Request extends InputStream {
        private boolean closed;

        @Override
        public int read() throws IOException {
            return read(new byte[1]);
        }

        @Override
        public int read(byte[] buffer) throws IOException {
            if (closed) {
                throw new IOException("Stream is closed");
            }
            return -1;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @FunctionalInterface
    private interface Ending {
        /// @return whether the end succeeded
        boolean close() throws IOException;
    }

    private ClientExchange client(StubExchange exchange, Duration writeTimeout) {
        var log = new Log(LogLevel.ERROR, new PrintStream(OutputStream.nullOutputStream()),
                new PrintStream(OutputStream.nullOutputStream()));
        return new ClientExchange(exchange, "req_1", false, Duration.ofMinutes(1),
                new WriteTimeouts(writeTimeout, timer),
                new DisconnectWatcher(timer, timer, log), new ServerState(),
                new ConnectionLimiter(100, 0, () -> Duration.ofMinutes(1), timer, timer, log));
    }

    private static void write(ClientExchange client) throws ClientDisconnected {
        client.begin(200, Map.of(), 0);
        client.write(Parts.of("x"));
    }

    @Test
    void reportsADisconnectIfWritingTheEndFails() throws IOException {
        var exchange = ending(() -> {
            throw new IOException("Broken pipe");
        });
        try (var client = client(exchange, Duration.ofMinutes(1))) {
            write(client);
            assertThrows(ClientDisconnected.class, client::end);
            assertThrows(ClientDisconnected.class, client::checkPresence);
        }
    }

    /// The JDK's stream does this: it waits for room, is interrupted, and reports nothing.
    @Test
    void reportsADisconnectIfTheClientNeverReadsTheEnd() throws IOException {
        var never = new CountDownLatch(1);
        var exchange = ending(() -> {
            try {
                never.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            return false;
        });
        try (var client = client(exchange, Duration.ofMillis(20))) {
            write(client);
            assertThrows(ClientDisconnected.class, client::end);
        }
    }

    /// The JDK's server reports no failure of its last write.
    @Test
    void reportsADisconnectIfTheServerSwallowsTheFailure() throws IOException {
        var exchange = ending(() -> false);
        try (var client = client(exchange, Duration.ofMinutes(1))) {
            write(client);
            assertThrows(ClientDisconnected.class, client::end);
        }
    }

    @Test
    void endsWellIfTheClientReadsTheEnd() throws IOException {
        var exchange = ending(() -> true);
        try (var client = client(exchange, Duration.ofMinutes(1))) {
            write(client);
            client.end();
            assertEquals(200, client.record().status());
            assertTrue(exchange.isClosed());
        }
    }
}
