package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class ProxyServerTest {
    @Test
    void breaksOpenStreamsOffWhenItStops() {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose())) {
            SseClient client;
            Call call;
            int port;
            try (var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=0")) {
                port = proxy.port();
                client = proxy.stream(Chats.STREAM);
                assertTrue(client.next().isHeartbeat());
                call = upstream.call();
            }
            call.sawClose();
            assertFalse(client.ending().whole());
            client.close();
            assertThrows(UncheckedIOException.class, () ->
                    RawClient.connect(port).close());
        }
    }

    @Test
    void servesPipelinedRequestsInOrder() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream); var client = proxy.connect()) {
            client.request("GET", "/api/status", "")
                    .request("POST", "/v1/chat/completions", Chats.STREAM, TestProxy.KEY)
                    .request("GET", "/nothing", "");
            assertEquals("ok", client.response().json().string("status"));
            assertTrue(client.response().text().endsWith("data: [DONE]\n\n"));
            assertEquals(404, client.response().status());
        }
    }

    /// All streams wait at the same time on one timer, and none delays another.
    @Test
    void keepsManyStreamsAlive() {
        var thought = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(thought);
                    call.json(200, Chats.completion(call.headers().get("x-title")));
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=500",
                        "HEARTBEAT_INTERVAL_MS=500", "CHUNK_DELAY_MS=0")) {
            var clients = new ArrayList<SseClient>();
            for (int i = 0; i < 150; i++) {
                clients.add(proxy.stream(Chats.STREAM, "X-Title: answer " + i));
            }
            for (var client : clients) {
                assertTrue(client.next().isHeartbeat());
                assertTrue(client.next().isHeartbeat());
            }
            thought.countDown();
            for (int i = 0; i < clients.size(); i++) {
                assertEquals("answer " + i, clients.get(i).content());
                assertTrue(clients.get(i).ending().whole());
                clients.get(i).close();
            }
        }
    }
}
