package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Call;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Speech through the whole proxy: a sound told as events while it comes, and everything else to
/// the byte.
final class SpeechStreamTest {
    private static final String PATH = "/v1/audio/speech";
    private static final String JSON = "Content-Type: application/json";
    private static final String STREAMED =
            "{\"model\":\"tts\",\"input\":\"Hi\",\"stream_format\":\"sse\"}";
    private static final String PLAIN = "{ \"model\":\"tts\",\n\"input\":\"Hi\", \"n\":1.0e0 }\n";
    private static final String DONE = "{\"type\":\"speech.audio.done\"}";
    private static final byte[] SOUND = new byte[100_000];

    static {
        new Random(7).nextBytes(SOUND);
    }

    private final CountDownLatch gate = new CountDownLatch(1);

    private static SseClient post(TestProxy proxy, String body, String... fields) {
        return SseClient.reading(proxy.connect().request("POST", PATH, body,
                Stream.concat(Stream.of(JSON, TestProxy.KEY), Stream.of(fields))
                        .toArray(String[]::new)));
    }

    private static byte[] heard(SseClient client) {
        var sound = new ByteArrayOutputStream();
        client.chunks().stream().filter(event -> event.has("audio")).forEach(event ->
                sound.writeBytes(Base64.getDecoder().decode(event.string("audio"))));
        return sound.toByteArray();
    }

    private static void sound(Call call) throws IOException {
        call.answer(200, "audio/mpeg", SOUND);
    }

    @Test
    void tellsTheSoundAsEvents() {
        try (var upstream = ScriptedUpstream.start(SpeechStreamTest::sound);
                var proxy = TestProxy.before(upstream); var client = post(proxy, STREAMED)) {
            assertEquals(200, client.status());
            assertEquals("text/event-stream; charset=utf-8", client.headers().get("content-type"));
            assertArrayEquals(SOUND, heard(client));
            assertEquals(DONE, client.data().getLast());
            assertTrue(client.ending().whole());
            var call = upstream.call();
            assertEquals("POST " + PATH + " HTTP/1.1", call.requestLine());
            assertEquals("{\"model\":\"tts\",\"input\":\"Hi\"}", call.body());
            assertEquals("*/*", call.headers().get("accept"));
            assertTrue(proxy.accessLine().startsWith("POST " + PATH + " 200 "));
        }
    }

    @Test
    void tellsEachPartOfTheSoundWhenItComes() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("audio/mpeg");
                    call.chunk("One.");
                    Waiting.open(gate);
                    call.chunk("Two");
                    call.end();
                });
                var proxy = TestProxy.before(upstream, "HEARTBEAT_INTERVAL_MS=500");
                var client = post(proxy, STREAMED)) {
            assertEquals("data: {\"type\":\"speech.audio.delta\",\"audio\":\"T25l\"}\n\n",
                    client.next().text());
            assertTrue(client.next().isHeartbeat());
            gate.countDown();
            assertEquals("One.Two", new String(heard(client)));
        }
    }

    @ParameterizedTest
    @CsvSource({"comment,': heartbeat'", "chunk,'data: {\"type\":\"speech.audio.delta\",\"audio\":"
            + "\"\"}'"})
    void sendsHeartbeatsBeforeTheSound(String style, String beat) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    sound(call);
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=20",
                        "HEARTBEAT_INTERVAL_MS=500", "HEARTBEAT_STYLE=" + style);
                var client = post(proxy, STREAMED)) {
            assertEquals(beat, client.next().text().strip());
            assertEquals(beat, client.next().text().strip());
            gate.countDown();
            assertArrayEquals(SOUND, heard(client));
        }
    }

    @Test
    void passesASoundThatIsNotStreamedToTheByteAndAtOnce() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("audio/mpeg");
                    call.chunk("One.");
                    Waiting.open(gate);
                    call.chunk("\u0000\n");
                    call.end();
                });
                var proxy = TestProxy.before(upstream, "PASS_THROUGH=false",
                        "NONSTREAM_KEEPALIVE_MS=100");
                var client = post(proxy, PLAIN, "Accept: audio/mpeg", "User-Agent: u")) {
            assertEquals("One.", client.next().text());
            gate.countDown();
            assertEquals("One.\u0000\n", client.body());
            assertEquals("audio/mpeg", client.headers().get("content-type"));
            var call = upstream.call();
            assertEquals(PLAIN, call.body());
            assertEquals("audio/mpeg", call.headers().get("accept"));
            assertEquals("application/json", call.headers().get("content-type"));
            var line = proxy.accessLine();
            assertTrue(line.contains(" 200 ") && line.contains("tts"), line);
        }
    }

    @Test
    void passesABodyOnWhoseCodingItHasRead() throws IOException {
        var coded = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(coded)) {
            gzip.write(PLAIN.getBytes());
        }
        try (var upstream = ScriptedUpstream.start(SpeechStreamTest::sound);
                var proxy = TestProxy.before(upstream);
                var client = proxy.connect().request("POST", PATH, coded.toByteArray(), JSON,
                        TestProxy.KEY, "Content-Encoding: gzip")) {
            assertArrayEquals(SOUND, client.response().body());
            var call = upstream.call();
            assertEquals(PLAIN, call.body());
            assertNull(call.headers().get("content-encoding"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data; boundary=b", "text/plain", ""})
    void passesOtherFormsUnread(String type) {
        try (var upstream = ScriptedUpstream.start(SpeechStreamTest::sound);
                var proxy = TestProxy.before(upstream);
                var client = proxy.connect().request("POST", PATH, "--b\r\nno JSON", TestProxy.KEY,
                        type.isEmpty() ? "X-Title: t" : "Content-Type: " + type)) {
            assertArrayEquals(SOUND, client.response().body());
            assertEquals("--b\r\nno JSON", upstream.call().body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {STREAMED, PLAIN})
    void keepsAnEarlyErrorAsItCame(String body) {
        UpstreamErrors.keepsAnEarlyError(proxy -> post(proxy, body));
    }

    @Test
    void tellsALateError() {
        UpstreamErrors.tellsALateError(proxy -> post(proxy, STREAMED));
    }

    @Test
    void neverEndsASoundThatBreaksOff() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("audio/mpeg");
                    call.chunk("One.");
                });
                var proxy = TestProxy.before(upstream); var client = post(proxy, STREAMED)) {
            assertFalse(client.ending().whole());
            assertEquals("One", new String(heard(client)));
            assertEquals("upstream_truncated", client.error().string("code"));
            assertFalse(client.body().contains("speech.audio.done"), client::body);
        }
    }

    @Test
    void asksAgainForASoundWithoutAByte() {
        var count = new AtomicInteger();
        try (var upstream = ScriptedUpstream.start(call ->
                    call.answer(200, "audio/mpeg", count.getAndIncrement() == 0 ? "" : "One"));
                var proxy = TestProxy.before(upstream, "RETRY_MAX=1");
                var client = post(proxy, STREAMED)) {
            assertEquals("One", new String(heard(client)));
            assertEquals(2, upstream.count());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"audio/mpeg | '' | upstream_empty",
        "text/html | <p>Log in</p> | upstream_not_json",
        "application/json | {\"text\":\"a\"} | upstream_invalid",
        "application/json | {\"error\":{\"message\":\"No.\",\"code\":\"no\"}} | no"})
    void takesNothingElseForASound(String type, String text, String code) {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, type, text));
                var proxy = TestProxy.before(upstream); var client = post(proxy, STREAMED)) {
            assertEquals(code, client.response().error(502).string("code"));
        }
    }

    @ParameterizedTest
    @CsvSource({"real", "auto"})
    void passesTheUpstreamsOwnEventsOn(String mode) {
        var stream = "data: {\"type\":\"speech.audio.delta\",\"audio\":\"YQ==\"}\r\n\r\n"
                + "data: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":14,"
                + "\"output_tokens\":5}}\r\n\r\n";
        try (var upstream = ScriptedUpstream.start(ScriptedUpstream.events(stream));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=" + mode);
                var client = post(proxy, STREAMED)) {
            assertEquals(stream, client.body());
            assertTrue(client.ending().whole());
            assertEquals(STREAMED, upstream.call().body());
        }
    }

    /// The first byte of a sound may be a colon, which begins a comment in an event stream.
    @ParameterizedTest
    @CsvSource({"real,One", "auto,':One'", "fake,'{One'"})
    void tellsASoundAlsoIfEventsWereAskedFor(String mode, String sound) {
        try (var upstream = ScriptedUpstream.start(call ->
                    call.answer(200, "audio/pcm", sound));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=" + mode);
                var client = post(proxy, STREAMED)) {
            assertEquals(sound, new String(heard(client)));
            assertTrue(client.ending().whole());
        }
    }

    @Test
    void asksForASoundIfTheModelHasNoEvents() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    if (call.body().contains("stream_format")) {
                        call.json(400, "{\"error\":{\"message\":\"Unsupported value.\","
                                + "\"param\":\"stream_format\",\"code\":null}}");
                    } else {
                        sound(call);
                    }
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto");
                var client = post(proxy, STREAMED)) {
            assertArrayEquals(SOUND, heard(client));
            assertEquals(2, upstream.count());
        }
    }

    @Test
    void sharesOneCallAmongRepetitions() {
        try (var upstream = ScriptedUpstream.start(SpeechStreamTest::sound);
                var proxy = TestProxy.before(upstream, "IDEMPOTENCY_WINDOW_MS=60000")) {
            for (int i = 0; i < 2; i++) {
                try (var client = post(proxy, STREAMED, "Idempotency-Key: a")) {
                    assertArrayEquals(SOUND, heard(client));
                }
            }
            assertEquals(1, upstream.count());
        }
    }
}
