package fakestream.connections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.Daemon;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The daemon has room for 32 connections, and clients without a key want them all. The JDK's
/// server reads its limits once, so each test has its own process.
@EnabledOnOs(OS.LINUX)
final class PendingClientsTest {
    private static final String KEY = "Authorization: Bearer a-key-of-this-proxy";
    private static final int CONNECTIONS = 32;
    private static final int UNFINISHED = CONNECTIONS / 4;

    @TempDir
    private Path directory;

    private final ScriptedUpstream upstream =
            ScriptedUpstream.answering(200, Chats.completion("Hello."));
    private final List<RawClient> pending = new ArrayList<>();

    @AfterEach
    void close() {
        pending.forEach(RawClient::close);
        upstream.close();
    }

    private Daemon start(String options) {
        return Daemon.startWithOptions("-Djdk.httpserver.maxConnections=" + CONNECTIONS + options,
                directory, "--port", "0", "--upstream", upstream.url(), "--set",
                "PROXY_API_KEYS=a-key-of-this-proxy", "--set", "OPENAI_API_KEY=sk-1", "--set",
                "LOG_LEVEL=debug");
    }

    private RawClient stranger(int port, String says) {
        pending.add(RawClient.connect(port).send(says));
        return pending.getLast();
    }

    private static ClientResponse honest(int port) {
        try (var client = RawClient.connect(port)) {
            return client.request("POST", "/v1/chat/completions", Chats.WHOLE, KEY).response();
        }
    }

    @Test
    void areCutWhenMoreClientsSendUnfinishedHeads() {
        try (var daemon = start("")) {
            var port = URI.create(daemon.url()).getPort();
            for (int i = 0; i < 3 * CONNECTIONS; i++) {
                stranger(port, "POST /v1/embeddings HTTP/1.1\r\nHost: loc");
                assertEquals(200, honest(port).status());
            }
            pending.subList(0, pending.size() - UNFINISHED).forEach(RawClient::awaitEnd);
            assertTrue(daemon.says("clients were cut").contains(UNFINISHED + " may be unfinished"));
        }
    }

    /// The server reads on after it refuses a body, so that the sender can read the response.
    @Test
    void areCutWhenMoreClientsSendRefusedBodies() {
        try (var daemon = start("")) {
            var port = URI.create(daemon.url()).getPort();
            for (int i = 0; i < 3 * CONNECTIONS; i++) {
                assertEquals(401, stranger(port, RawClient.head("POST", "/v1/embeddings",
                        "Content-Length: 1000") + "\r\n{").response().status());
                assertEquals(200, honest(port).status());
            }
            pending.subList(0, pending.size() - UNFINISHED).forEach(RawClient::awaitEnd);
        }
    }

    @Test
    void keepTheirConnectionsWhileThereIsRoomForOthers() {
        try (var daemon = start("")) {
            var port = URI.create(daemon.url()).getPort();
            for (int i = 0; i < CONNECTIONS / 2; i++) {
                assertNull(ask(port, "").header("connection"));
            }
            assertEquals("close", ask(port, "").header("connection"));
            for (int i = 0; i < CONNECTIONS / 4; i++) {
                assertNull(ask(port, KEY + "\r\n").header("connection"));
            }
            assertEquals("close", ask(port, KEY + "\r\n").header("connection"));
            assertTrue(daemon.says(" connections are taken").contains("ulimit -n"));
        }
    }

    private ClientResponse ask(int port, String field) {
        var target = field.isEmpty() ? "/healthz" : "/v1/models";
        return stranger(port, RawClient.head("GET", target) + field + "\r\n").response();
    }

    @Test
    void haveLittleTimeWithoutRoomForOthers() {
        try (var daemon = start("")) {
            var port = URI.create(daemon.url()).getPort();
            Stream.generate(() -> KEY + "\r\n").limit(CONNECTIONS - UNFINISHED)
                    .forEach(field -> ask(port, field));
            stranger(port, "POST /v1/embeddings HTTP/1.1\r\nHost: loc").awaitEnd();
            var late = stranger(port, RawClient.head("POST", "/v1/chat/completions", KEY)
                    + "Content-Length: 1000\r\n\r\n{").response();
            assertEquals(408, late.status());
        }
    }

    /// Otherwise silent clients could take all open files.
    @Test
    void lockNoClientOutByConnectingAlone() {
        try (var daemon = start(" --enable-native-access=ALL-UNNAMED")) {
            var port = URI.create(daemon.url()).getPort();
            daemon.says("TCP_DEFER_ACCEPT");
            for (int i = 0; i < 3 * CONNECTIONS; i++) {
                stranger(port, "");
                assertEquals(200, honest(port).status());
            }
        }
    }

    /// The JDK's server has one property for this limit and for whole requests, which may take
    /// longer.
    @Test
    void areCutOnlyWhenSilent() throws InterruptedException {
        try (var daemon = start(" -Dsun.net.httpserver.maxReqTime=1")) {
            var port = URI.create(daemon.url()).getPort();
            var slow = stranger(port, RawClient.head("POST", "/v1/chat/completions", KEY)
                    + "Content-Length: " + Chats.WHOLE.length() + "\r\n\r\n");
            stranger(port, "").awaitEnd();
            assertTrue(!new CountDownLatch(1).await(2, TimeUnit.SECONDS));
            assertEquals(200, slow.send(Chats.WHOLE).response().status());
        }
    }
}
