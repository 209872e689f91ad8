package fakestream.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Images, speech and transcriptions of the demo, read by the JDK's own decoders. No model waits
/// for longer than a second.
final class DemoMediaTest {
    private static final String FORM = "Content-Type: multipart/form-data; boundary=edge";
    private static final String JSON = "Content-Type: application/json";

    private DemoUpstream demo;
    private TestProxy proxy;

    @BeforeEach
    void start() throws IOException {
        demo = DemoUpstream.start(Duration.ofSeconds(1));
        proxy = TestProxy.before(demo.url(), "HEARTBEAT_INTERVAL_MS=500", "METRICS=true");
    }

    @AfterEach
    void stop() {
        proxy.close();
        demo.close();
    }

    private SseClient stream(String path, String type, String body) {
        return SseClient.reading(proxy.connect().request("POST", path, body, TestProxy.KEY, type));
    }

    private static String part(String name, String content) {
        return "--edge\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content
                + "\r\n";
    }

    private static String file(String name) {
        return "--edge\r\nContent-Disposition: form-data; name=\"" + name
                + "\"; filename=\"näh.wav\"\r\nContent-Type: audio/wav\r\n\r\nRI\r\n--F\r\n"
                + "--edge--\r\n";
    }

    /// Decodes the PNG, whose checksums the JDK does not check.
    private static void assertPainted(String base64) throws IOException {
        var bytes = Base64.getDecoder().decode(base64);
        var image = ImageIO.read(new ByteArrayInputStream(bytes));
        assertEquals(DemoPicture.SIZE, image.getWidth());
        assertEquals(DemoPicture.SIZE, image.getHeight());
        assertFalse(image.getRGB(0, 0) == image.getRGB(DemoPicture.SIZE / 2, 140), "a sun");
        assertTrue(bytes.length < 20_000, () -> bytes.length + " bytes");
    }

    @Test
    void paintsAnImageForEachChoiceAfterItsHeartbeats() throws IOException {
        try (var client = stream("/v1/images/generations", JSON,
                "{\"model\":\"demo-choices\",\"prompt\":\"a cat\",\"n\":2,\"stream\":true}")) {
            assertTrue(client.next().isHeartbeat(), client.body());
            var events = client.chunks();
            assertEquals(2, events.size());
            for (var event : events) {
                assertEquals("image_generation.completed", event.string("type"));
                assertTrue(event.string("revised_prompt").endsWith(": a cat"));
                assertPainted(event.string("b64_json"));
            }
            assertFalse(events.getFirst().string("b64_json")
                    .equals(events.getLast().string("b64_json")));
            assertEquals(69, total(events.getLast()));
            assertTrue(client.ending().whole());
        }
    }

    private static int total(JsonObject event) {
        return Integer.parseInt(((JsonObject) event.get("usage")).get("total_tokens").toString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void changesAnImage(boolean form) throws IOException {
        var body = form ? part("model", "demo-echo") + part("stream", "true")
                + part("prompt", "a cät") + file("image")
                : "{\"model\":\"demo-echo\",\"prompt\":\"a cät\",\"stream\":true}";
        try (var client = stream("/v1/images/edits", form ? FORM : JSON, body)) {
            var event = client.chunks().getFirst();
            assertEquals("image_edit.completed", event.string("type"));
            assertEquals("You said: a cät", event.string("revised_prompt"));
            assertPainted(event.string("b64_json"));
        }
    }

    @Test
    void paintsWhole() throws IOException {
        var answer = proxy.request("POST", "/v1/images/generations",
                "{\"model\":\"demo-echo\",\"prompt\":\"a cat\"}", TestProxy.KEY);
        assertPainted(((JsonObject) ((JsonArray) answer.json().get("data")).elements()
                .getFirst()).string("b64_json"));
    }

    @Test
    void transcribesAfterItsHeartbeats() {
        try (var client = stream("/v1/audio/transcriptions", FORM, part("model", "demo-long")
                + part("prompt", "context") + part("stream", "true") + file("file"))) {
            assertTrue(client.next().isHeartbeat(), client.body());
            var events = client.chunks();
            var last = events.getLast();
            assertEquals("transcript.text.done", last.string("type"));
            assertTrue(last.string("text").startsWith("You said: näh.wav, 7 bytes\n"),
                    last::toString);
            assertEquals(last.string("text"), events.stream().limit(events.size() - 1)
                    .map(event -> event.string("delta")).collect(Collectors.joining()));
            assertEquals(69, total(last));
            assertTrue(client.ending().whole());
        }
    }

    @Test
    void speaksAfterItsHeartbeats() throws Exception {
        var request = "{\"model\":\"demo-long\",\"voice\":\"alloy\",\"input\":\"one two\"";
        try (var client = stream("/v1/audio/speech", JSON,
                request + ",\"stream_format\":\"sse\"}")) {
            assertTrue(client.next().isHeartbeat(), client.body());
            var events = client.chunks();
            assertEquals("speech.audio.done", events.getLast().string("type"));
            var sound = new ByteArrayOutputStream();
            events.stream().limit(events.size() - 1).forEach(event ->
                    sound.writeBytes(Base64.getDecoder().decode(event.string("audio"))));
            try (var read = AudioSystem.getAudioInputStream(
                    new ByteArrayInputStream(sound.toByteArray()))) {
                assertEquals(3, read.getFrameLength() / read.getFormat().getFrameRate(), 0.001);
            }
            var whole = proxy.request("POST", "/v1/audio/speech", request + "}",
                    TestProxy.KEY);
            assertEquals("audio/wav", whole.header("content-type"));
            assertArrayEquals(sound.toByteArray(), whole.body());
        }
    }

    @Test
    void isCountedByTheNameOfItsApi() {
        proxy.request("POST", "/v1/images/edits", "{\"model\":\"demo-echo\"}", TestProxy.KEY);
        proxy.request("POST", "/v1/audio/speech", "{\"model\":\"demo-echo\"}", TestProxy.KEY);
        proxy.request("POST", "/v1/audio/transcriptions", part("model", "demo-echo")
                + file("file"), TestProxy.KEY, FORM);
        for (int i = 0; i < 3; i++) {
            // A request is counted before it is logged.
            proxy.accessLine();
        }
        var metrics = proxy.request("GET", "/metrics", "").text();
        for (var route : List.of("images", "speech", "transcriptions")) {
            assertTrue(metrics.contains("fakestream_http_requests_total{route=\"" + route
                    + "\",method=\"POST\",code=\"200\"} 1\n"), metrics);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/images/generations", "/v1/audio/speech"})
    void failsInEachApi(String path) {
        var answer = proxy.request("POST", path,
                "{\"model\":\"gpt\",\"prompt\":\"\",\"input\":\"\"}", TestProxy.KEY);
        assertEquals(404, answer.status());
        assertTrue(answer.text().contains("demo-long"), answer::text);
    }

    @Test
    void survivesABrokenForm() {
        for (var body : new String[] {"", "--edge", part("model", "x").substring(0, 50)}) {
            assertEquals(JsonObject.EMPTY, DemoForm.read(FORM,
                    body.getBytes(StandardCharsets.UTF_8)), body);
        }
    }
}
