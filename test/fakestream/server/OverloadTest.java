package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The limit of concurrent requests, and the response to a request beyond it.
final class OverloadTest {
    private static final String[] SETTINGS = {"MAX_STREAMS=3", "HEARTBEAT_INTERVAL_MS=500",
        "COMMIT_AFTER_MS=0", "CHUNK_DELAY_MS=0", "RETRY_MAX=0"};

    private final CountDownLatch gate = new CountDownLatch(1);
    private final ScriptedUpstream upstream = ScriptedUpstream.start(this::serve);
    private final TestProxy proxy = TestProxy.before(upstream, SETTINGS);
    private final List<SseClient> held = new ArrayList<>();

    /// Holds a chat until the gate opens; fails a chat whose text says `fail` or `break`.
    private void serve(Call call) throws IOException {
        if (call.body().contains("fail")) {
            call.json(500, Chats.error("server_error", "null", "no"));
            return;
        }
        if (call.body().contains("break")) {
            call.reset();
            return;
        }
        Waiting.open(gate);
        call.json(200, Chats.completion("Hello."));
    }

    @AfterEach
    void close() {
        gate.countDown();
        held.forEach(SseClient::close);
        proxy.close();
        upstream.close();
    }

    private void hold(int count) {
        for (int i = 0; i < count; i++) {
            held.add(proxy.stream(Chats.STREAM));
            assertEquals(200, held.getLast().status());
        }
    }

    /// A place becomes free only after the server has seen the end of the previous request.
    private ClientResponse chatUntilServed(String body) {
        var deadline = System.nanoTime() + 5_000_000_000L;
        var response = proxy.chat(body);
        while (response.status() == 503 && System.nanoTime() < deadline) {
            response = proxy.chat(body);
        }
        return response;
    }

    private static String asking(String what) {
        return Chats.WHOLE.replace("Hi", what);
    }

    private void assertOverloaded(ClientResponse response) {
        var error = response.error(503);
        assertEquals("overloaded", error.string("code"));
        assertEquals("server_error", error.string("type"));
        assertTrue(response.header("retry-after").matches("[123]"), response.headers()::toString);
        assertTrue(response.headers().containsKey("access-control-allow-origin"));
    }

    @Test
    void refusesARequestOverTheLimitAndKeepsTheOthers() {
        hold(3);
        proxy.chat(Chats.WHOLE);
        for (int i = 0; i < 5; i++) {
            assertOverloaded(proxy.chat(Chats.WHOLE));
        }
        for (var client : held) {
            upstream.call();
            assertTrue(client.next().isHeartbeat());
            assertTrue(client.next().isHeartbeat());
        }
        assertEquals(3, upstream.count());
        gate.countDown();
        for (var client : held) {
            assertTrue(client.body().endsWith("data: [DONE]\n\n"), client.body());
        }
    }

    @Test
    void refusesBeforeItReadsTheBody() {
        hold(3);
        try (var client = proxy.connect()) {
            client.send(RawClient.head("POST", "/v1/chat/completions", TestProxy.KEY)
                    + "Content-Length: 1000\r\n\r\n{");
            assertOverloaded(client.response());
        }
    }

    @Test
    void countsOnlyRequestsThatGoUpstream() {
        hold(3);
        assertOverloaded(proxy.get("/v1/models"));
        assertOverloaded(proxy.get("/v1/files"));
        assertOverloaded(proxy.request("POST", "/v1/embeddings", "{}", TestProxy.KEY));
        assertEquals(200, proxy.request("GET", "/", "").status());
        assertEquals(200, proxy.request("GET", "/api/status", "").status());
        assertEquals(204, proxy.request("OPTIONS", "/v1/chat/completions", "",
                "Origin: http://a", "Access-Control-Request-Method: POST").status());
        assertEquals(404, proxy.get("/nothing").status());
        assertEquals(405, proxy.get("/v1/chat/completions").status());
        assertEquals(401, proxy.request("POST", "/v1/chat/completions", Chats.WHOLE).status());
    }

    @Test
    void takesNoPlaceForAnUnauthorisedRequest() {
        hold(2);
        try (var stranger = proxy.connect()) {
            stranger.send(RawClient.head("POST", "/v1/chat/completions")
                    + "Content-Length: 1000\r\n\r\n{");
            assertEquals(401, stranger.response().status());
            hold(1);
        }
    }

    /// Six slow bodies, each with a byte now and then, would otherwise keep all other clients out.
    @ParameterizedTest
    @CsvSource({"POST, /v1/chat/completions", "POST, /v1/messages", "POST, /v1/embeddings",
        "POST, /v1beta/models/m:generateContent", "GET, /v1/models", "PUT, /v1/files/f"})
    void takesNoPlaceForARequestWhoseBodyIsStillComing(String method, String target) {
        var senders = new ArrayList<RawClient>();
        for (int i = 0; i < 6; i++) {
            senders.add(proxy.connect().send(RawClient.head(method, target, TestProxy.KEY)
                    + (i % 2 == 0 ? "Content-Length: 90000\r\n\r\n{"
                            : "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")));
        }
        hold(3);
        senders.forEach(RawClient::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/embeddings"})
    void refusesABodyThatEndsAfterTheLastPlaceIsTaken(String target) {
        hold(2);
        try (var client = proxy.connect()) {
            client.send(RawClient.head("POST", target, TestProxy.KEY, "Expect: 100-continue")
                    + "Content-Length: " + Chats.WHOLE.length() + "\r\n\r\n");
            assertEquals(100, client.responseWithoutBody().status());
            hold(1);
            client.send(Chats.WHOLE);
            assertOverloaded(client.response());
            assertEquals(3, held.size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages", "/v1beta/models/m:streamGenerateContent?alt=sse"})
    void refusesInTheFormOfTheApi(String target) {
        hold(3);
        var refused = proxy.request("POST", target, Chats.WHOLE, TestProxy.KEY);
        assertEquals(503, refused.status());
        var says = target.contains("beta") ? "\"status\":\"UNAVAILABLE\""
                : "\"type\":\"overloaded_error\"";
        assertTrue(refused.text().contains(says), refused::text);
        assertTrue(refused.header("retry-after").matches("[123]"));
    }

    @ParameterizedTest
    @CsvSource({"fail, 500", "break, 502"})
    void givesAPlaceBackWhenTheUpstreamFails(String what, int status) {
        hold(2);
        for (int i = 0; i < 5; i++) {
            assertEquals(status, chatUntilServed(asking(what)).status());
        }
        hold(1);
    }

    @Test
    void givesAPlaceBackWhenTheRequestIsWrong() {
        hold(2);
        for (int i = 0; i < 5; i++) {
            assertEquals(400, chatUntilServed("{").status());
            assertEquals(404, proxy.get("/nothing").status());
        }
        hold(1);
    }

    @Test
    void givesAPlaceBackWhenAnAnswerIsWhole() {
        hold(3);
        gate.countDown();
        held.forEach(client -> assertTrue(client.body().endsWith("data: [DONE]\n\n")));
        for (int i = 0; i < 20; i++) {
            // No retry: a client that has read its answer may send its next request at once.
            assertEquals(200, proxy.chat(Chats.WHOLE).status());
        }
    }

    @Test
    void givesAPlaceBackWhenAClientLeaves() {
        hold(3);
        held.removeFirst().close();
        assertEquals(502, chatUntilServed(asking("break")).status());
        hold(1);
    }

    @Test
    void servesRequestsInTurnOnASinglePlace() {
        gate.countDown();
        try (var narrow = TestProxy.before(upstream, "MAX_STREAMS=1", "CHUNK_DELAY_MS=0");
                var client = narrow.connect()) {
            for (int i = 0; i < 50; i++) {
                var body = i % 2 == 0 ? Chats.STREAM : Chats.WHOLE;
                client.request("POST", "/v1/chat/completions", body, TestProxy.KEY);
                assertEquals(200, client.response().status());
            }
        }
    }
}
