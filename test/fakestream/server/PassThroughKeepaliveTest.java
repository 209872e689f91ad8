package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Images and large batches of vectors take long: the proxy sends blank lines before their JSON,
/// although it does not read the request. `JsonExpectedTest` tests which requests get them.
final class PassThroughKeepaliveTest {
    private static final String ON = "NONSTREAM_KEEPALIVE_MS=50";
    private static final String PATH = "/v1/images/variations";
    private static final String REQUEST = "{ \"model\":\"m\",\"prompt\" : \"x\"}";
    private static final String ANSWER = "{ \"created\":1, \"data\":[{\"b64_json\":\"iVBO\"}]}";
    private static final String LONG = "[\"" + "x".repeat(300 * 1024);
    private static final String BUSY = Chats.error("rate_limit_error", "\"slow\"", "Slow.");

    private final CountDownLatch gate = new CountDownLatch(1);

    @FunctionalInterface
    private interface Check {
        void check(SseClient client);
    }

    static SseClient post(TestProxy proxy, String path, String... fields) {
        var all = Arrays.copyOf(fields, fields.length + 1);
        all[fields.length] = TestProxy.KEY;
        return SseClient.reading(proxy.connect().request("POST", path, REQUEST, all));
    }

    /// An upstream that answers after the client has received two blank lines.
    private void late(Script script, Check check) {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    script.play(call);
                });
                var proxy = TestProxy.before(upstream, ON); var client = post(proxy, PATH)) {
            assertEquals("\n", client.next().text());
            assertEquals("\n", client.next().text());
            gate.countDown();
            assertEquals(200, client.status());
            assertEquals("application/json", client.headers().get("content-type"));
            check.check(client);
            assertEquals(1, upstream.count());
            assertEquals(REQUEST, upstream.call().body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {PATH, "/v1/moderations?v=1", "/v1/embeddings",
        "/v1/responses/compact", "/v1beta/models/g:countTokens"})
    void sendsBlankLinesBeforeTheAnswer(String path) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, ANSWER);
                });
                var proxy = TestProxy.before(upstream, ON);
                var client = post(proxy, path, "Accept: application/json")) {
            assertEquals("\n", client.next().text());
            gate.countDown();
            assertEquals(ANSWER, client.body().stripLeading());
            assertTrue(client.ending().whole());
            assertEquals(1, upstream.count());
            var line = proxy.accessLine();
            assertTrue(line.contains(" 200 ") && line.contains(" mode=pass"), line);
        }
    }

    @Test
    void keepsTheAnswerAliveWhileItComes() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("application/json");
                    call.chunk(ANSWER.substring(0, 9));
                    Waiting.open(gate);
                    call.chunk(ANSWER.substring(9));
                    call.end();
                });
                var proxy = TestProxy.before(upstream, ON); var client = post(proxy, PATH)) {
            assertEquals("\n", client.next().text());
            gate.countDown();
            assertEquals(ANSWER, client.body().stripLeading());
        }
    }

    @Test
    void decodesACodedAnswerAfterTheHeadersAreSent() {
        late(call -> call.answer(200, "application/json", gzipped(ANSWER),
                "Content-Encoding: gzip"), client ->
                assertEquals(ANSWER, client.body().stripLeading()));
    }

    static byte[] gzipped(String text) {
        var coded = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(coded)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return coded.toByteArray();
    }

    @Test
    void sendsALateErrorInTheBody() {
        late(call -> call.json(429, BUSY), client -> assertEquals(BUSY, client.body().strip()));
        late(call -> call.answer(502, "text/html", "<h1>Bad gateway</h1>"), client ->
                assertEquals("upstream_not_json", code(client)));
        late(call -> call.head(302, "Location: /v1/other"), client ->
                assertEquals("upstream_redirect", code(client)));
        late(call -> {
            call.begin("application/json");
            call.chunk("{\"data\":");
        }, client -> assertEquals("upstream_truncated", code(client)));
    }

    private static String code(SseClient client) {
        assertTrue(client.ending().whole());
        return ClientResponse.error(client.response().json()).string("code");
    }

    @Test
    void logsALateErrorWithItsCode() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(429, BUSY);
                });
                var proxy = TestProxy.before(upstream, ON); var client = post(proxy, PATH)) {
            assertEquals("\n", client.next().text());
            gate.countDown();
            assertEquals(BUSY, client.body().strip());
            var line = proxy.accessLine();
            assertTrue(line.contains(" 200 ") && line.contains(" error=slow"), line);
        }
    }

    @Test
    void sendsAnEmptyObjectForALateAnswerWithoutContent() {
        late(call -> call.head(204), client -> assertEquals("{}", client.body().strip()));
        late(call -> call.json(201, ANSWER, "Location: /v1/x"), client ->
                assertEquals(ANSWER, client.body().strip()));
    }

    /// A blank line before an image would corrupt it.
    @Test
    void sendsAnErrorIfALateAnswerIsNotJson() {
        late(call -> call.answer(200, "image/png", "\u0089PNG"), client ->
                assertEquals("upstream_not_json", code(client)));
    }

    @Test
    void passesLateEventsUnchanged() {
        var events = "event: image_generation.partial_image\ndata: {\"a\":1}\n\n"
                + ": comment\n\ndata: {\"b\":\ndata: 2}\n\n";
        late(call -> call.answer(200, "text/event-stream", events), client -> {
            assertTrue(client.ending().whole());
            assertEquals(events, client.body().stripLeading());
        });
        late(call -> {
            call.begin("text/event-stream");
            call.chunk(events);
        }, client -> assertFalse(client.ending().whole()));
    }

    /// A blank line within a JSON string would be an error.
    @Test
    void streamsALongLateAnswer() {
        late(call -> {
            call.begin("application/json");
            call.chunk(LONG);
            LockSupport.parkNanos(200_000_000);
            call.chunk("\"]");
            call.end();
        }, client -> {
            assertTrue(client.ending().whole());
            assertEquals(LONG + "\"]", client.body().stripLeading());
        });
        late(call -> {
            call.begin("application/json");
            call.chunk(LONG);
        }, client -> assertFalse(client.ending().whole()));
    }

    @Test
    void sendsNoBlankLineToAClientThatDoesNotWantJson() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.answer(200, "audio/mpeg", "ID3");
                });
                var proxy = TestProxy.before(upstream, ON); var client = proxy.connect()) {
            client.request("POST", "/v1/audio/speech", REQUEST, TestProxy.KEY);
            assertTrue(client.isSilentFor(300));
            gate.countDown();
            assertEquals("ID3", client.response().text());
        }
    }

    /// A client that still sends its request need not read.
    @Test
    void sendsNothingBeforeTheWholeRequestHasCome() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, ANSWER);
                });
                var proxy = TestProxy.before(upstream, ON); var connection = proxy.connect()) {
            connection.send(RawClient.head("POST", "/v1/images/variations", TestProxy.KEY,
                    "Transfer-Encoding: chunked") + "\r\n4\r\nhalf\r\n");
            assertTrue(connection.isSilentFor(300));
            connection.send("0\r\n\r\n");
            var client = SseClient.reading(connection);
            assertEquals("\n", client.next().text());
            gate.countDown();
            assertEquals(ANSWER, client.body().stripLeading());
            assertEquals("half", upstream.call().body());
        }
    }

    @Test
    void cancelsTheUpstreamWhenTheClientLeaves() {
        try (var upstream = ScriptedUpstream.start(call -> call.sawClose());
                var proxy = TestProxy.before(upstream, ON); var client = post(proxy, PATH)) {
            assertEquals("\n", client.next().text());
            client.leave();
            assertTrue(upstream.call().sawClose() > 0);
            assertTrue(proxy.accessLine().contains(" 499 "));
        }
    }
}
