package fakestream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.Daemon;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What signals do to the process.
final class LifecycleTest {
    @TempDir
    private Path directory;

    private void settings(String... lines) throws IOException {
        Files.writeString(directory.resolve("proxy.properties"), "PORT=0\n"
                + String.join("\n", lines) + "\n");
    }

    private static SseClient stream(Daemon daemon) {
        return stream(port(daemon));
    }

    private static SseClient stream(int port) {
        return SseClient.reading(RawClient.connect(port).request("POST",
                "/v1/chat/completions", Chats.STREAM, TestProxy.KEY));
    }

    private static int port(Daemon daemon) {
        var line = daemon.says("listening on ");
        return URI.create(line.replaceFirst(".* listening on (\\S+), asking .*", "$1")).getPort();
    }

    @Test
    void finishesWhatIsOpenWhenItIsToldToStop() throws IOException {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, Chats.completion("Hello."));
                })) {
            settings("SOURCE_API_URL=" + upstream.url(), "COMMIT_AFTER_MS=0");
            try (var daemon = Daemon.start(directory); var client = stream(daemon)) {
                assertTrue(client.next().isHeartbeat());
                daemon.signal("TERM");
                daemon.says("stopping: open requests may go on for 30000 ms");
                gate.countDown();
                assertEquals("Hello.", client.content());
                assertTrue(client.ending().whole());
                assertEquals(0, daemon.exitCode(), daemon.said());
            }
        }
    }

    @Test
    void tellsWhatTakesTooLongThatItStops() throws IOException {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose())) {
            settings("SOURCE_API_URL=" + upstream.url(), "COMMIT_AFTER_MS=0",
                    "SHUTDOWN_GRACE_MS=300");
            try (var daemon = Daemon.start(directory); var client = stream(daemon)) {
                assertTrue(client.next().isHeartbeat());
                daemon.signal("INT");
                assertEquals("server_shutdown", client.error().string("code"));
                assertEquals(0, daemon.exitCode(), daemon.said());
            }
        }
    }

    @Test
    void stopsAtOnceAtASecondSignal() throws IOException {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose())) {
            settings("SOURCE_API_URL=" + upstream.url(), "COMMIT_AFTER_MS=0");
            try (var daemon = Daemon.start(directory); var client = stream(daemon)) {
                assertTrue(client.next().isHeartbeat());
                daemon.signal("TERM");
                daemon.says("stopping: ");
                daemon.signal("TERM");
                assertEquals(143, daemon.exitCode(), daemon.said());
                assertFalse(client.ending().whole());
            }
        }
    }

    @Test
    void readsItsSettingsAgainAndKeepsTheOldOnesWhereTheyAreWrong() throws IOException {
        try (var before = ScriptedUpstream.answering(200, Chats.completion("before"));
                var after = ScriptedUpstream.answering(200, Chats.completion("after"))) {
            settings("SOURCE_API_URL=" + before.url());
            try (var daemon = Daemon.start(directory)) {
                var port = port(daemon);
                settings("SOURCE_API_URL=ftp://x", "RETRY_MAX=many");
                daemon.signal("HUP");
                var line = daemon.says("the settings stay as they were");
                assertTrue(line.contains("SOURCE_API_URL") && line.contains("RETRY_MAX"), line);
                assertEquals("before", ask(port));
                settings("SOURCE_API_URL=" + after.url(), "HOST=127.0.0.2");
                daemon.signal("HUP");
                assertTrue(daemon.says("HOST").contains("changes only with a restart"));
                daemon.says("the settings were read again, asking " + after.url());
                assertEquals("after", ask(port));
                assertEquals(0, daemon.stop());
            }
        }
    }

    private static String ask(int port) {
        try (var client = stream(port)) {
            return client.content();
        }
    }
}
