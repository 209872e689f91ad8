package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import fakestream.config.Config;
import fakestream.json.Parts;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A repeated request is paid for once.
final class CallSharingTest {
    private static final String ON = "IDEMPOTENCY_WINDOW_MS=60000";
    private static final String NAMED = "Idempotency-Key: k-1";
    private static final String AGAIN = "X-Stainless-Retry-Count: 1";
    private static final String GOOD = Chats.completion("Hello.");

    /// Answers each request with its ordinal number.
    private static ScriptedUpstream counting() {
        var count = new AtomicInteger();
        return ScriptedUpstream.start(call ->
                call.json(200, Chats.completion("" + count.incrementAndGet())));
    }

    private static String content(ClientResponse response) {
        assertEquals(200, response.status());
        return response.text().replaceFirst("(?s).*\"content\":\"(\\d+)\".*", "$1");
    }

    @ParameterizedTest
    @CsvSource({NAMED + "," + NAMED, "X-Stainless-Retry-Count: 0," + AGAIN, "X-Title: a," + AGAIN})
    void joinsACallThatIsStillRunning(String first, String second) {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, GOOD);
                });
                var proxy = TestProxy.before(upstream, ON, "COMMIT_AFTER_MS=0");
                var one = proxy.stream(Chats.STREAM, first)) {
            assertTrue(one.next().isHeartbeat());
            upstream.call();
            try (var other = proxy.stream(Chats.STREAM, second)) {
                assertTrue(other.next().isHeartbeat());
                gate.countDown();
                assertEquals("Hello.", one.content());
                assertEquals("Hello.", other.content());
                assertEquals(1, upstream.count());
            }
        }
    }

    @Test
    void givesTheAnswerOfACallThatHasJustEnded() {
        try (var upstream = counting(); var proxy = TestProxy.before(upstream, ON)) {
            assertEquals("1", content(proxy.chat(Chats.WHOLE, NAMED)));
            assertEquals("1", content(proxy.chat(Chats.WHOLE, NAMED)));
            try (var stream = proxy.stream(Chats.STREAM.replace(",\"stream\":true",
                    ",\"stream\":false"), NAMED)) {
                assertEquals("1", content(stream.response()));
            }
        }
    }

    @Test
    void makesACallForARequestThatIsNoRetry() {
        try (var upstream = counting(); var proxy = TestProxy.before(upstream, ON)) {
            assertEquals("1", content(proxy.chat(Chats.WHOLE)));
            assertEquals("2", content(proxy.chat(Chats.WHOLE)));
            assertEquals("3", content(proxy.chat(Chats.WHOLE, "X-Stainless-Retry-Count: 0")));
            assertEquals("3", content(proxy.chat(Chats.WHOLE, AGAIN)));
        }
    }

    @Test
    void isOffByDefault() {
        try (var upstream = counting(); var proxy = TestProxy.before(upstream)) {
            assertEquals("1", content(proxy.chat(Chats.WHOLE, NAMED)));
            assertEquals("2", content(proxy.chat(Chats.WHOLE, NAMED)));
        }
    }

    @Test
    void neverJoinsTheCallOfAnotherClient() {
        try (var upstream = counting(); var proxy = TestProxy.before(upstream, ON)) {
            assertEquals("1", content(proxy.chat(Chats.WHOLE, NAMED)));
            for (var key : new String[] {"sk-of-another", "sk-of-the-client2"}) {
                assertNotEquals("1", content(proxy.request("POST", "/v1/chat/completions",
                        Chats.WHOLE, "Authorization: Bearer " + key, NAMED)));
            }
            assertEquals("1", content(proxy.chat(Chats.WHOLE, NAMED)));
        }
    }

    @Test
    void distinguishesProxyKeysWithOneUpstreamKey() {
        try (var upstream = counting();
                var proxy = TestProxy.before(upstream, ON, "OPENAI_API_KEY=sk-operator",
                        "PROXY_API_KEYS=proxy-key-1,proxy-key-2")) {
            for (var number : new String[] {"1", "2", "1", "2"}) {
                assertEquals(number, content(proxy.request("POST", "/v1/chat/completions",
                        Chats.WHOLE, "Authorization: Bearer proxy-key-" + number, NAMED)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 400})
    void keepsNoFailure(int status) {
        var count = new AtomicInteger();
        try (var upstream = ScriptedUpstream.start(call -> call.json(
                        count.getAndIncrement() == 0 ? status : 200, GOOD));
                var proxy = TestProxy.before(upstream, ON)) {
            assertEquals(status, proxy.chat(Chats.WHOLE, NAMED).status());
            assertEquals(200, proxy.chat(Chats.WHOLE, NAMED).status());
        }
    }

    @Test
    void continuesACallForAClientThatComesBack() {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, GOOD);
                });
                var proxy = TestProxy.before(upstream, ON, "COMMIT_AFTER_MS=0",
                        "HEARTBEAT_INTERVAL_MS=500")) {
            try (var client = proxy.stream(Chats.STREAM)) {
                assertTrue(client.next().isHeartbeat());
                upstream.call();
            }
            try (var again = proxy.stream(Chats.STREAM, AGAIN)) {
                for (int i = 0; i < 6; i++) {
                    assertTrue(again.next().isHeartbeat());
                }
                gate.countDown();
                assertEquals("Hello.", again.content());
                assertEquals(1, upstream.count());
            }
        }
    }

    @Test
    void endsACallIfNoClientComesBack() {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose());
                var proxy = TestProxy.before(upstream, "IDEMPOTENCY_WINDOW_MS=1000",
                        "COMMIT_AFTER_MS=0", "HEARTBEAT_INTERVAL_MS=500")) {
            var client = proxy.stream(Chats.STREAM);
            assertTrue(client.next().isHeartbeat());
            var call = upstream.call();
            client.leave();
            var left = System.nanoTime();
            assertTrue(call.sawClose() - left > 900_000_000L);
            assertTrue(proxy.accessLine().contains(" 499 "));
        }
    }

    @Test
    void doesNotShareAStreamInModeReal() {
        var count = new AtomicInteger();
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "text/event-stream",
                        Chats.event("{\"content\":\"" + count.incrementAndGet() + "\"}")
                        + Chats.finish() + "data: [DONE]\n\n"));
                var proxy = TestProxy.before(upstream, ON, "STREAM_MODE=real")) {
            for (var number : new String[] {"1", "2"}) {
                try (var client = proxy.stream(Chats.STREAM, NAMED)) {
                    assertEquals(number, client.content());
                }
            }
        }
    }

    /// The upstream streams although the proxy asked for a whole answer.
    @Test
    void sharesAnUnrequestedStream() {
        var count = new AtomicInteger();
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "text/event-stream",
                        Chats.event("{\"content\":\"" + count.incrementAndGet() + "\"}")
                        + Chats.finish() + "data: [DONE]\n\n"));
                var proxy = TestProxy.before(upstream, ON)) {
            for (int i = 0; i < 2; i++) {
                try (var client = proxy.stream(Chats.STREAM, NAMED)) {
                    assertEquals("1", client.content());
                }
            }
            assertEquals("1", content(proxy.chat(Chats.STREAM.replace("true", "false"), NAMED)));
        }
    }

    @Test
    void continuesAfterAReload() {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, GOOD);
                });
                var proxy = TestProxy.before(upstream, ON, "COMMIT_AFTER_MS=0");
                var one = proxy.stream(Chats.STREAM, NAMED)) {
            assertTrue(one.next().isHeartbeat());
            upstream.call();
            proxy.server().reload(Config.of(Map.of("SOURCE_API_URL", upstream.url(),
                    "IDEMPOTENCY_WINDOW_MS", "60000", "COMMIT_AFTER_MS", "0")));
            try (var running = proxy.stream(Chats.STREAM, NAMED)) {
                assertTrue(running.next().isHeartbeat());
                gate.countDown();
                assertEquals("Hello.", running.content());
            }
            assertEquals("Hello.", one.content());
            try (var kept = proxy.stream(Chats.STREAM, NAMED)) {
                assertEquals("Hello.", kept.content());
            }
            assertEquals(1, upstream.count());
        }
    }

    @Test
    void namesARequestByAllItsParts() {
        var body = Parts.of("{}");
        var plain = new Headers();
        var named = Headers.of(Map.of("Idempotency-Key", List.of("b")));
        var name = CallSharing.name("a", "b", plain, body);
        assertEquals(name, CallSharing.name("a", "b", plain, Parts.of("{}")));
        assertNotEquals(name, CallSharing.name("ab", "", plain, body));
        assertNotEquals(name, CallSharing.name("a", "", named, body));
        assertNotEquals(name, CallSharing.name("a", "b", named, body));
        assertNotEquals(name, CallSharing.name("a", "b", plain, Parts.of("")));
    }
}
