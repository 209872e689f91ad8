package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The proxy never turns an invalid answer with a 200 into an empty answer.
final class BadAnswerTest {
    private static final String GOOD = Chats.completion("Hello.");
    private static final String GZIP = "Content-Encoding: gzip";
    private static final byte[] BOMB = gzip(" ".repeat(70_000_000));
    private static final String FILTERED =
            Chats.error("invalid_request_error", "\"content_filter\"", "Filtered.");

    /// Invalid answers with a 200, and the client's error: its code and a word of its message.
    private static Stream<Arguments> badAnswers() {
        return Stream.concat(noJson(), Stream.of(
                bad("an error", "content_filter", "Filtered.", json(FILTERED)),
                bad("an error as text", "null", "No.", json("{\"error\":\"No.\"}")),
                bad("an error beside choices", "null", "Half",
                        json(GOOD.replace("\"choices\"",
                                "\"error\":{\"message\":\"Half\"},\"c\""))),
                bad("no choices", "upstream_invalid", "no choices", json("{\"id\":\"x\"}")),
                bad("choices that are none", "upstream_invalid", "no choices",
                        json("{\"choices\":[]}")),
                bad("a choice that is none", "upstream_invalid", "no object",
                        json("{\"choices\":[null]}"))));
    }

    /// Bodies that are not a JSON object.
    private static Stream<Arguments> noJson() {
        return Stream.of(
                bad("a list", "upstream_invalid", "no object", json("[" + GOOD + "]")),
                bad("a text", "upstream_invalid", "no object", json("\"Hello.\"")),
                bad("nothing", "upstream_empty", "empty", json("")),
                bad("blanks", "upstream_not_json", "not JSON", json("\r\n \n")),
                bad("HTML", "upstream_not_json", "Sign in",
                        call -> call.answer(200, "text/html", "<title>Sign in</title>")),
                bad("JSON and more", "upstream_not_json", "not JSON", json(GOOD + "x")),
                bad("half a body", "upstream_truncated", "ended", call -> call.send(
                        "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + GOOD)),
                bad("half a chunked body", "upstream_truncated", "ended", call -> {
                    call.begin("application/json");
                    call.chunk(GOOD);
                }),
                bad("half a body without a length", "upstream_not_json", "not JSON", call -> {
                    call.head(200);
                    call.send(GOOD.substring(0, GOOD.length() - 1));
                }),
                bad("a reset", "upstream_(truncated|closed)", "the upstream", BadAnswerTest::reset),
                bad("gzip that is cut", "upstream_truncated", "ended", call -> call.answer(200,
                        "application/json", Arrays.copyOf(gzip(GOOD), 60), GZIP)),
                bad("gzip that is none", "upstream_encoding", "gzip", call -> call.answer(200,
                        "application/json", GOOD, GZIP)),
                bad("gzip that is too much", "upstream_too_large", "larger", call -> call.answer(
                        200, "application/json", BOMB, GZIP)),
                bad("Brotli", "upstream_encoding", "did not ask", call -> call.answer(200,
                        "application/json", GOOD, "Content-Encoding: br")));
    }

    private static Arguments bad(String name, String code, String word, Script script) {
        return Arguments.of(name, code, word, script);
    }

    private static Script json(String body) {
        return call -> call.json(200, body);
    }

    private static void reset(Call call) throws IOException {
        call.head(200, "Content-Type: application/json", "Content-Length: 999");
        call.send(GOOD);
        call.reset();
    }

    private static byte[] gzip(String text) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badAnswers")
    void isBadGatewayBeforeTheCommit(String name, String code, String word, Script script) {
        try (var upstream = ScriptedUpstream.start(script);
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=60000");
                var client = proxy.stream(Chats.STREAM)) {
            check(client.response().error(502), code, word);
        }
    }

    /// All run at the same time: each stream ends a quarter of a second after it fails.
    @Test
    void isAnErrorInTheStreamAfterTheCommit() {
        var checks = new LinkedHashMap<String, Runnable>();
        badAnswers().map(Arguments::get).forEach(bad -> checks.put("" + bad[0],
                () -> checkAfterTheCommit((Script) bad[3], "" + bad[1], "" + bad[2])));
        Waiting.together(checks);
    }

    private static void checkAfterTheCommit(Script script, String code, String word) {
        var committed = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(committed);
                    script.play(call);
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=0",
                        "HEARTBEAT_INTERVAL_MS=60000");
                var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.next().isHeartbeat());
            committed.countDown();
            check(client.error(), code, word);
            assertTrue(client.body().startsWith(SseClient.HEARTBEAT + "event: error\n"));
            assertFalse(client.ending().whole());
        }
    }

    /// The code of the error is never the status 200: the AI SDK could not interpret it.
    private static void check(JsonObject error, String code, String word) {
        var told = error.get("code").toString().replace("\"", "");
        assertTrue(told.matches(code), error::toString);
        assertTrue(error.string("message").contains(word), error::toString);
    }

    /// DeepSeek sends blank lines while it thinks.
    @Test
    void waitsForTheAnswerAfterBlankLines() {
        var thought = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("application/json");
                    call.chunk("\n");
                    call.chunk("\r\n \n");
                    Waiting.open(thought);
                    call.chunk("\n" + GOOD + "\n\n");
                    call.end();
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=100",
                        "HEARTBEAT_INTERVAL_MS=500");
                var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.next().isHeartbeat());
            assertTrue(client.next().isHeartbeat());
            thought.countDown();
            assertEquals("Hello.", client.content());
            assertTrue(client.ending().whole());
        }
    }

    @Test
    void decodesUnrequestedGzip() {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "application/json",
                        gzip(GOOD), GZIP));
                var proxy = TestProxy.before(upstream); var client = proxy.stream(Chats.STREAM)) {
            assertEquals("Hello.", client.content());
            var whole = proxy.chat(Chats.WHOLE);
            assertEquals(GOOD, whole.text());
            assertFalse(whole.headers().containsKey("content-encoding"));
        }
    }

    @Test
    void understandsTheAnswersOfOtherApis() {
        var gemini = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hello.\"}]},"
                + "\"finishReason\":\"STOP\"}]}";
        var legacy = "{\"choices\":[{\"text\":\"Hello.\",\"finish_reason\":\"stop\"}]}";
        for (var answer : new String[] {gemini, legacy}) {
            try (var upstream = ScriptedUpstream.answering(200, answer);
                    var proxy = TestProxy.before(upstream);
                    var client = proxy.stream(Chats.STREAM)) {
                assertEquals("Hello.", client.content());
                assertTrue(client.chunks().getFirst().string("id").startsWith("chatcmpl-"));
            }
        }
    }
}
