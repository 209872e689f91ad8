package fakestream.stream;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import fakestream.config.LogLevel;
import fakestream.connections.ConnectionLimiter;
import fakestream.connections.DisconnectWatcher;
import fakestream.connections.WriteTimeouts;
import fakestream.http.ClientExchange;
import fakestream.http.ServerState;
import fakestream.json.JsonObject;
import fakestream.json.Parts;
import fakestream.protocol.ClientProfile;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.chat.ChatCompletions;
import fakestream.server.Timer;
import fakestream.telemetry.Log;
import fakestream.telemetry.Scrape;
import fakestream.testing.RawClient;
import fakestream.testing.SseClient;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

final class EventStreamTest {
    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final PrintStream SILENT = new PrintStream(OutputStream.nullOutputStream());

    /// Its data is null, which makes the beat's thread throw.
    private static final SseEvent BROKEN = new SseEvent.Message(null, (Parts) null, false);

    private final CountDownLatch stumbled = new CountDownLatch(2);
    private final CountDownLatch seen = new CountDownLatch(1);
    private final Log log = new Log(LogLevel.ERROR, SILENT, new PrintStream(SILENT) {
        @Override
        public void println(String line) {
            assertTrue(line.contains("error a heartbeat: java.lang.NullPointer"), line);
            stumbled.countDown();
        }
    });
    private final Timer timer = new Timer(log);
    private final HeartbeatExecutor beats = new HeartbeatExecutor(timer, Runnable::run, log);

    @Test
    void keepsBeatingAfterBugs() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                0);
        server.createContext("/", this::serve);
        try (beats; var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            server.setExecutor(executor);
            server.start();
            try (var client = SseClient.reading(RawClient.connect(server.getAddress().getPort())
                    .request("GET", "/", ""))) {
                Waiting.open(stumbled);
                assertTrue(client.next().isHeartbeat());
                seen.countDown();
                assertTrue(client.ending().whole());
            }
            server.stop(0);
        } finally {
            timer.shutdownNow();
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        var rhythm = new Heartbeats.Rhythm(SseEvent.HEARTBEAT, INTERVAL, INTERVAL,
                ClientProfile.NEVER);
        try (var writeTimeouts = new WriteTimeouts(Duration.ofSeconds(30), timer);
                var client = new ClientExchange(exchange, "req_1", false, Duration.ofSeconds(60),
                        writeTimeouts,
                        new DisconnectWatcher(List.of("/nowhere"), timer, beats, log),
                        new ServerState(), new ConnectionLimiter(100, 0,
                        () -> Duration.ofSeconds(60), timer,
                                beats, log));
                var stream = new EventStream(client, Framing.EVENTS, new Heartbeats(rhythm,
                        new ChatCompletions(), JsonObject.EMPTY,
                        new StreamState("chatcmpl-1", 0, 0, 30), System::nanoTime), beats,
                        Scrape.metrics())) {
            stream.answered(Map.of());
            stream.pauseWith(BROKEN);
            Waiting.open(stumbled);
            stream.pauseWith(SseEvent.HEARTBEAT);
            Waiting.open(seen);
            stream.end(List.of());
        }
    }
}
