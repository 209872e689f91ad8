package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The features of Gemini only: its paths, its key in the query, and its stream as a JSON array.
final class GeminiTest {
    private static final String STREAM = "/v1beta/models/g:streamGenerateContent";
    private static final String BODY = "{\"contents\":[]}";
    private static final String ONE = Api.gemini("One, ", "null");
    private static final String TWO = Api.gemini("two.", "\"STOP\"");

    private final CountDownLatch gate = new CountDownLatch(1);

    private static SseClient post(TestProxy proxy, String target, String... fields) {
        return SseClient.reading(proxy.connect().request("POST", target, BODY, fields));
    }

    @ParameterizedTest
    @CsvSource({"?key=g-secret,''", "?alt=sse&key=g-secret,''",
        "?key=g-secret&alt=sse&a=%20b,?a=%20b", "?k%65y=g-secret,''"})
    void sendsTheKeyOfTheQueryInAHeaderAndNeverLogsIt(String query, String upstreams) {
        try (var upstream = ScriptedUpstream.answering(200, TWO);
                var proxy = TestProxy.before(upstream); var client = post(proxy, STREAM + query)) {
            assertEquals(200, client.status());
            assertTrue(client.ending().whole());
            var call = upstream.call();
            assertEquals("POST /v1beta/models/g:generateContent" + upstreams + " HTTP/1.1",
                    call.requestLine());
            assertEquals("g-secret", call.headers().get("x-goog-api-key"));
            var line = proxy.accessLine();
            assertTrue(line.startsWith("POST " + STREAM + " 200 "), line);
            assertFalse((line + proxy.diagnostics()).contains("g-secret"));
        }
    }

    @ParameterizedTest
    @CsvSource({"'',v1beta", "/v1beta,v1beta", "/v1beta/openai,v1beta", "/base/v1,base/v1beta"})
    void asksForGeminisVersionUnderAnyBaseUrl(String base, String path) {
        try (var upstream = ScriptedUpstream.answering(200, TWO);
                var proxy = TestProxy.before(upstream.url() + base);
                var client = post(proxy, STREAM, "x-goog-api-key: g-1")) {
            assertEquals(200, client.status());
            assertEquals("POST /" + path + "/models/g:generateContent HTTP/1.1",
                    upstream.call().requestLine());
        }
    }

    @Test
    void listsModels() {
        var models = "{ \"models\" : [] }";
        try (var upstream = ScriptedUpstream.answering(200, models);
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.request("GET", "/v1beta/models?pageSize=2&key=g-secret", "");
            assertEquals(models, response.text());
            var call = upstream.call();
            assertEquals("GET /v1beta/models?pageSize=2 HTTP/1.1", call.requestLine());
            assertEquals("g-secret", call.headers().get("x-goog-api-key"));
            assertFalse((proxy.accessLine() + proxy.diagnostics()).contains("g-secret"));
        }
    }

    @Test
    void asksAgainForAWholeAnswerThatIsEmpty() {
        var count = new AtomicInteger();
        try (var upstream = ScriptedUpstream.start(call -> call.json(200,
                        count.getAndIncrement() == 0 ? "{\"candidates\":[]}" : TWO));
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1")) {
            assertEquals(TWO, proxy.request("POST", "/v1beta/models/g:generateContent", BODY,
                    "x-goog-api-key: g-1").text());
        }
    }

    @Test
    void passesAWholeAnswerThrough() {
        try (var upstream = ScriptedUpstream.answering(200, TWO);
                var proxy = TestProxy.before(upstream)) {
            assertEquals(TWO, proxy.request("POST", "/v1beta/models/g:generateContent", BODY,
                    "x-goog-api-key: g-1").text());
            assertEquals("POST /v1beta/models/g:generateContent HTTP/1.1",
                    upstream.call().requestLine());
        }
    }

    @Test
    void passesItsOwnStreamOnByteForByte() {
        var stream = "data: " + ONE + "\r\n\r\ndata: " + TWO + "\r\n\r\n";
        try (var upstream = ScriptedUpstream.start(call ->
                    call.answer(200, "text/event-stream", stream));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = post(proxy, STREAM + "?alt=sse", "x-goog-api-key: g-1")) {
            assertEquals(stream, client.body());
            assertTrue(client.ending().whole());
            assertEquals("POST " + STREAM + "?alt=sse HTTP/1.1", upstream.call().requestLine());
        }
    }

    /// No gateway comment and no heartbeat becomes an element, at any position.
    @Test
    void sendsTheUpstreamsStreamAsAnArrayWithHeartbeats() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("text/event-stream");
                    call.chunk(": working\n\ndata: " + ONE + "\n\n: working\n\n");
                    Waiting.open(gate);
                    call.chunk("data: " + TWO + "\n\n: over\n\n");
                    call.end();
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real",
                        "HEARTBEAT_INTERVAL_MS=500");
                var client = post(proxy, STREAM + "?key=g-1")) {
            client.next(ONE);
            assertEquals("\n", client.next("\n").text());
            gate.countDown();
            assertTrue(client.ending().whole());
            var elements = Api.elements(client.body());
            assertEquals(ONE, elements.getFirst().toString());
            assertEquals(TWO, elements.getLast().toString());
            assertEquals(2, elements.size());
            assertEquals("POST " + STREAM + "?alt=sse HTTP/1.1", upstream.call().requestLine());
        }
    }

    /// Older models put a finish into every event, so only the body's end ends the answer.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isCompleteAfterAFinishInEveryEventOnlyIfTheBodyEndsWell(boolean whole) {
        var stream = "data: " + ONE.replace("null", "\"STOP\"") + "\r\n\r\ndata: " + TWO
                + "\r\n\r\n";
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("text/event-stream");
                    call.chunk(stream);
                    if (whole) {
                        call.end();
                    }
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = post(proxy, STREAM + "?alt=sse", "x-goog-api-key: g-1")) {
            assertEquals(whole, client.ending().whole());
            assertTrue(client.body().startsWith(stream), client::body);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"?alt=sse", ""})
    void breaksOffAfterAnErrorInTheUpstreamsStream(String query) {
        var error = "{\"error\":{\"code\":503,\"message\":\"Busy.\",\"status\":\"UNAVAILABLE\"}}";
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "text/event-stream",
                    "data: " + ONE + "\n\ndata: " + error + "\n\n"));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = post(proxy, STREAM + query, "x-goog-api-key: g-1")) {
            assertFalse(client.ending().whole());
            var last = query.isEmpty() ? Api.elements(client.body() + "]").getLast()
                    : client.chunks().getLast();
            assertEquals("Busy.", ((JsonObject) last.get("error")).string("message"));
        }
    }

    @Test
    void fallsBackToAWholeAnswerIfThePathDoesNotStream() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    if (call.requestLine().contains(":stream")) {
                        call.json(404, "{\"error\":{\"code\":404,\"message\":\"g is not supported "
                                + "for streamGenerateContent.\",\"status\":\"NOT_FOUND\"}}");
                    } else {
                        call.json(200, TWO);
                    }
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto");
                var client = post(proxy, STREAM, "x-goog-api-key: g-1")) {
            assertEquals(200, client.status());
            assertEquals(1, Api.elements(client.body()).size());
            assertEquals(2, upstream.count());
        }
    }
}
