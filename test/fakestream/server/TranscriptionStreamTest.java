package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Transcriptions through the whole proxy: a recording in a form, its text told as events, and
/// everything else to the byte.
final class TranscriptionStreamTest {
    private static final String PATH = "/v1/audio/transcriptions";
    private static final String FORM = "Content-Type: multipart/form-data; boundary=b1";
    private static final String ANSWER = "{\"text\":\"I see you.\",\"logprobs\":[{\"token\":"
            + "\"I see\",\"logprob\":-0.1},{\"token\":\" you.\",\"logprob\":-0.2}],\"usage\":"
            + "{\"type\":\"tokens\",\"input_tokens\":14,\"output_tokens\":5,\"total_tokens\":19}}";
    private static final byte[] RECORDING = new byte[300_000];

    static {
        new Random(8).nextBytes(RECORDING);
    }

    private final CountDownLatch gate = new CountDownLatch(1);

    private static String field(String name, String text) {
        return "--b1\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text
                + "\r\n";
    }

    /// A form with the recording first, as the SDKs send it, and these fields behind it.
    private static byte[] form(String fields) {
        var head = bytes("--b1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\""
                + "\r\nContent-Type: audio/mpeg\r\n\r\n");
        var tail = bytes("\r\n" + field("model", "stt") + fields + "--b1--\r\n");
        var form = Arrays.copyOf(head, head.length + RECORDING.length + tail.length);
        System.arraycopy(RECORDING, 0, form, head.length, RECORDING.length);
        System.arraycopy(tail, 0, form, head.length + RECORDING.length, tail.length);
        return form;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static SseClient post(TestProxy proxy, String fields) {
        return SseClient.reading(proxy.connect().request("POST", PATH, form(fields), FORM,
                TestProxy.KEY));
    }

    private static SseClient stream(TestProxy proxy) {
        return post(proxy, field("stream", "true"));
    }

    private static String text(SseClient client) {
        return client.chunks().stream().filter(event -> event.has("delta"))
                .map(event -> event.string("delta")).collect(Collectors.joining());
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "True"})
    void tellsTheTextAsEvents(String yes) {
        var format = field("response_format", "json") + field("include[]", "logprobs");
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream, "CHUNK_TARGET_LENGTH=3", "CHUNK_DELAY_MS=0");
                var client = post(proxy, field("stream", yes) + format)) {
            assertEquals("text/event-stream; charset=utf-8", client.headers().get("content-type"));
            assertEquals("I see you.", text(client));
            assertEquals(ANSWER, client.chunks().getLast().without("type").toString());
            assertEquals("transcript.text.done", client.chunks().getLast().string("type"));
            assertTrue(client.ending().whole());
            var call = upstream.call();
            assertEquals("POST " + PATH + " HTTP/1.1", call.requestLine());
            assertEquals(FORM, "Content-Type: " + call.headers().get("content-type"));
            assertArrayEquals(form(format), call.bytes());
            var line = proxy.accessLine();
            assertTrue(line.contains(" 200 ") && line.contains("stt"), line);
        }
    }

    @ParameterizedTest
    @CsvSource({"comment,': heartbeat'", "chunk,'data: {\"type\":\"transcript.text.delta\","
            + "\"delta\":\"\"}'"})
    void sendsHeartbeatsBeforeTheText(String style, String beat) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, ANSWER);
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=20",
                        "HEARTBEAT_INTERVAL_MS=500", "HEARTBEAT_STYLE=" + style);
                var client = stream(proxy)) {
            assertEquals(beat, client.next().text().strip());
            assertEquals(beat, client.next().text().strip());
            gate.countDown();
            assertEquals("I see you.", text(client));
        }
    }

    @ParameterizedTest
    @CsvSource({"text,text/plain", "srt,application/x-subrip", "vtt,text/vtt"})
    void passesOtherFormatsAsTheyAre(String format, String type) {
        var fields = field("stream", "true") + field("response_format", format);
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, type, "I see.\n"));
                var proxy = TestProxy.before(upstream); var client = post(proxy, fields)) {
            assertEquals("I see.\n", client.body());
            assertEquals(type, client.headers().get("content-type"));
            assertArrayEquals(form(fields), upstream.call().bytes());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "false", "yes"})
    void passesARequestWithoutAStreamToTheByte(String stream) {
        var fields = stream.isEmpty() ? "" : field("stream", stream);
        var odd = "{ \"text\" : \"I see.\",\"n\":1.0e0 }\n";
        try (var upstream = ScriptedUpstream.answering(200, odd);
                var proxy = TestProxy.before(upstream); var client = post(proxy, fields)) {
            assertEquals(odd, client.body());
            assertArrayEquals(form(fields), upstream.call().bytes());
        }
    }

    @Test
    void passesARequestInJsonUnread() {
        var body = "{\"input_audio\":{\"data\":\"aGk=\"},\"stream\":true,";
        try (var upstream = ScriptedUpstream.answering(400, UpstreamErrors.BUSY);
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.request("POST", PATH, body, TestProxy.KEY,
                    "Content-Type: application/json");
            assertEquals(UpstreamErrors.BUSY, response.text());
            assertEquals(body, upstream.call().body());
        }
    }

    @Test
    void passesATranslationAsItIs() {
        var body = form(field("stream", "true"));
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream);
                var client = proxy.connect().request("POST", "/v1/audio/translations", body, FORM,
                        TestProxy.KEY)) {
            assertEquals(ANSWER, client.response().text());
            assertArrayEquals(body, upstream.call().bytes());
        }
    }

    @Test
    void passesARecordingUnreadThatTheMemoryCannotHold() {
        var fields = field("stream", "true");
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream, "BODY_MEMORY_MIB=1");
                var client = post(proxy, fields)) {
            assertEquals(ANSWER, client.body());
            assertArrayEquals(form(fields), upstream.call().bytes());
        }
    }

    @Test
    void refusesABrokenForm() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.request("POST", PATH, field("stream", "true"), FORM,
                    TestProxy.KEY);
            assertTrue(response.error(400).string("message").contains("last boundary"));
            assertEquals(0, upstream.count());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void keepsAnEarlyErrorAsItCame(String stream) {
        UpstreamErrors.keepsAnEarlyError(proxy -> post(proxy, field("stream", stream)));
    }

    @Test
    void tellsALateError() {
        UpstreamErrors.tellsALateError(TranscriptionStreamTest::stream);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"text/html | <p>Log in</p> | upstream_not_json",
        "application/json | {\"segments\":[]} | upstream_invalid",
        "application/json | {\"error\":{\"message\":\"No.\",\"code\":\"no\"}} | no"})
    void takesNothingElseForAText(String type, String text, String code) {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, type, text));
                var proxy = TestProxy.before(upstream); var client = stream(proxy)) {
            assertEquals(code, ClientResponse.error(client.response().json()).string("code"));
            assertTrue(client.status() >= 400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"real", "auto"})
    void passesTheUpstreamsOwnEventsOn(String mode) {
        var stream = "data: {\"type\":\"transcript.text.delta\",\"delta\":\"I see.\"}\r\n\r\n"
                + "data: {\"type\":\"transcript.text.done\",\"text\":\"I see.\"}\r\n\r\n";
        try (var upstream = ScriptedUpstream.start(ScriptedUpstream.events(stream));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=" + mode);
                var client = stream(proxy)) {
            assertEquals(stream, client.body());
            assertTrue(client.ending().whole());
            assertArrayEquals(form(field("stream", "true")), upstream.call().bytes());
        }
    }

    /// whisper-1 ignores `stream`.
    @ParameterizedTest
    @ValueSource(strings = {"real", "auto"})
    void tellsAWholeTextIfTheModelDoesNotStream(String mode) {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream, "STREAM_MODE=" + mode);
                var client = stream(proxy)) {
            assertEquals("I see you.", text(client));
            assertEquals(1, upstream.count());
        }
    }

    @Test
    void neverEndsAStreamThatBreaksOff() {
        try (var upstream = ScriptedUpstream.start(ScriptedUpstream.events(
                    "data: {\"type\":\"transcript.text.delta\",\"delta\":\"I\"}\n\n"));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = stream(proxy)) {
            assertFalse(client.ending().whole());
            assertEquals("upstream_truncated", client.error().string("code"));
        }
    }
}
