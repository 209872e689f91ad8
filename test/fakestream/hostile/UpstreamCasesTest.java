package fakestream.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The upstream faults of the research, against one daemon that must survive them all. Each runs as
/// a stream, as a whole answer, and as a stream that has begun. None hangs, none passes a broken
/// answer as a whole one, none shows a key, and a good request succeeds right after. Eight run at a
/// time, because many of them wait; each test checks the outcome of its own case.
///
/// U03 is in `UpstreamFailureTest`, U05 in `HeartbeatTest`, U07 in `StaleConnectionTest`, U30 to
/// U33 in `RetryTest`, U41 in `HeadersTest`, and connections that stay open in `NonsenseTest`.
final class UpstreamCasesTest {
    private static final String GOOD = Chats.completion("Hello.");
    private static final String KEY = TestProxy.KEY.replaceFirst(".* ", "");
    private static final String[] SETTINGS = {"UPSTREAM_IDLE_TIMEOUT_MS=2000",
        "UPSTREAM_TIMEOUT_MS=4000", "MAX_UPSTREAM_BYTES=2000000", "CHUNK_DELAY_MS=0",
        "COMMIT_AFTER_MS=6000"};

    private static final int AT_ONCE = 8;

    private static final List<UpstreamCase> CASES = UpstreamCases.all();
    private static final Map<String, CountDownLatch> BEGUN = new ConcurrentHashMap<>();
    private static final Map<UpstreamCase, Future<?>> OUTCOMES = new HashMap<>();

    private static ScriptedUpstream upstream;
    private static TestProxy proxy;
    private static TestProxy committing;
    private static ExecutorService executor;

    @BeforeAll
    static void start() {
        upstream = ScriptedUpstream.start(UpstreamCasesTest::play);
        proxy = TestProxy.before(upstream, SETTINGS);
        committing = TestProxy.before(upstream, Stream.concat(Stream.of(SETTINGS),
                Stream.of("COMMIT_AFTER_MS=0")).toArray(String[]::new));
        executor = Executors.newFixedThreadPool(AT_ONCE);
        CASES.forEach(one -> OUTCOMES.put(one, executor.submit(() -> play(one))));
    }

    @AfterAll
    static void stop() {
        executor.shutdownNow();
        proxy.close();
        committing.close();
        upstream.close();
    }

    /// The model of the request names its fault. The text `begun` makes the fault wait until the
    /// stream has begun.
    private static void play(Call call) throws IOException {
        for (var one : CASES) {
            if (call.body().contains("\"" + one.name() + "\"")) {
                if (call.body().contains("begun")) {
                    Waiting.open(BEGUN.get(one.name()));
                }
                one.script().play(call);
                return;
            }
        }
        call.json(200, GOOD);
    }

    static Stream<UpstreamCase> cases() {
        return CASES.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void endsWithTheExpectedOutcome(UpstreamCase one) throws InterruptedException {
        try {
            OUTCOMES.get(one).get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        }
        var log = proxy.diagnostics() + committing.diagnostics();
        assertFalse(log.contains(KEY) || log.contains("Exception"), log);
    }

    private static void play(UpstreamCase one) {
        stream(one);
        whole(one);
        begun(one);
        assertEquals(GOOD, proxy.chat(Chats.WHOLE).text());
    }

    private static void stream(UpstreamCase one) {
        try (var client = proxy.stream(request(one, Chats.STREAM))) {
            switch (one.end()) {
                case UpstreamCase.Told(var content) -> told(client, content);
                case UpstreamCase.Failed(var status, var code) ->
                        failed(client.response().error(status), code);
                case UpstreamCase.StreamAborted(var code) -> {
                    assertEquals(200, client.status());
                    brokenOff(client, code);
                }
            }
            shown(client.response());
        }
    }

    private static void whole(UpstreamCase one) {
        var response = proxy.chat(request(one, Chats.WHOLE));
        switch (one.end()) {
            case UpstreamCase.Told(var content) -> {
                assertEquals(200, response.status(), response::text);
                assertEquals("application/json", response.header("content-type"));
                assertEquals(content, UpstreamCases.content(response));
            }
            case UpstreamCase.Failed(var status, var code) ->
                    failed(response.error(status), code);
            case UpstreamCase.StreamAborted(var code) -> failed(response.error(502), code);
        }
        shown(response);
    }

    private static void begun(UpstreamCase one) {
        BEGUN.put(one.name(), new CountDownLatch(1));
        var request = request(one, Chats.STREAM).replace("Hi", "begun");
        try (var client = committing.stream(request)) {
            assertTrue(client.next().isHeartbeat());
            BEGUN.get(one.name()).countDown();
            switch (one.end()) {
                case UpstreamCase.Told(var content) -> told(client, content);
                case UpstreamCase.Failed(_, var code) -> brokenOff(client, code);
                case UpstreamCase.StreamAborted(var code) -> brokenOff(client, code);
            }
            shown(client.response());
        }
    }

    private static String request(UpstreamCase one, String chat) {
        return chat.replace("\"m\"", "\"" + one.name() + "\"");
    }

    private static void told(SseClient client, String content) {
        assertEquals(200, client.status(), client::body);
        assertEquals(content, client.content());
        assertEquals("[DONE]", client.data().getLast());
        assertTrue(client.ending().whole());
    }

    private static void brokenOff(SseClient client, String code) {
        failed(client.error(), code);
        assertFalse(client.body().contains("[DONE]"));
        assertFalse(client.ending().whole());
    }

    private static void failed(JsonObject error, String code) {
        assertTrue(error.get("code").toString().replace("\"", "").matches(code), error::toString);
    }

    /// Checks that the client sees no key, no address and no HTML.
    private static void shown(ClientResponse response) {
        var all = response.headers() + response.text();
        assertFalse(all.contains(KEY) || all.contains("127.0.0.1"), all);
        assertFalse(all.contains("<html"), all);
    }

    @Test
    void isBadGatewayIfThePortIsClosed() {
        unreachable("http://127.0.0.1:1", "upstream_unreachable");
    }

    @Test
    void isBadGatewayIfTheNameDoesNotExist() {
        unreachable("http://no-such-name.invalid", "upstream_dns");
    }

    private static void unreachable(String url, String code) {
        try (var proxy = TestProxy.before(url); var client = proxy.stream(Chats.STREAM)) {
            failed(client.response().error(502), code);
            failed(proxy.chat(Chats.WHOLE).error(502), code);
            assertEquals(200, proxy.get("/api/status").status());
        }
    }
}
