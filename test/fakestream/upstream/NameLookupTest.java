package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.Daemon;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A resolver that does not answer: the JDK reads the hosts from a pipe and waits for its writer.
final class NameLookupTest {
    @TempDir
    private Path directory;

    private Daemon asking(String upstream, String... settings) throws Exception {
        var pipe = directory.resolve("hosts");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start()
                .waitFor());
        var arguments = new String[settings.length * 2 + 4];
        System.arraycopy(new String[] {"--port", "0", "--upstream", upstream}, 0, arguments, 0, 4);
        for (int i = 0; i < settings.length; i++) {
            arguments[4 + 2 * i] = "--set";
            arguments[5 + 2 * i] = settings[i];
        }
        return Daemon.startWithOptions("-Djdk.net.hosts.file=" + pipe, directory, arguments);
    }

    private static RawClient chat(int port, String request) {
        return RawClient.connect(port)
                .request("POST", "/v1/chat/completions", request, TestProxy.KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void delaysNoDeadline(String scheme) throws Exception {
        try (var daemon = asking(scheme + "://upstream.test", "UPSTREAM_TIMEOUT_MS=1500",
                        "UPSTREAM_IDLE_TIMEOUT_MS=1000", "RETRY_MAX=0")) {
            var port = URI.create(daemon.url()).getPort();
            try (var client = chat(port, Chats.WHOLE)) {
                assertEquals("upstream_timeout", client.response().error(504).string("code"));
            }
        }
    }

    @Test
    void delaysNoDisconnect() throws Exception {
        try (var daemon = asking("http://upstream.test")) {
            var port = URI.create(daemon.url()).getPort();
            var client = chat(port, Chats.STREAM);
            client.close();
            assertTrue(daemon.says(" 499 ").contains("client left"));
        }
    }

    /// The client that waited is served once the name is known. For the one that left, no call is
    /// made.
    @Test
    void servesOnlyClientsThatStillWait() throws Exception {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var daemon = asking(upstream.url().replace("127.0.0.1", "upstream.test"))) {
            var port = URI.create(daemon.url()).getPort();
            chat(port, Chats.STREAM).close();
            daemon.says(" 499 ");
            try (var client = chat(port, Chats.WHOLE)) {
                resolve();
                assertEquals(Chats.completion("Hello."), client.response().text());
            }
            assertEquals(1, upstream.count());
        }
    }

    /// Opening the pipe waits for a reader; there may be more than one.
    private void resolve() {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    Files.writeString(directory.resolve("hosts"), "127.0.0.1 upstream.test\n");
                }
            } catch (IOException _) {
                // The test is over.
            }
        });
    }
}
