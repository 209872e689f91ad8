package fakestream.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.RawClient;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The models that wait, asked in each API; here no model waits for longer than a second.
final class DemoWaitTest {
    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final String TURN = "[{\"role\":\"user\",\"content\":\"Hi\"}]";

    private DemoUpstream demo;

    @BeforeEach
    void start() throws IOException {
        demo = DemoUpstream.start(LONGEST);
    }

    @AfterEach
    void stop() {
        demo.close();
    }

    private static String request(String model, boolean stream) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":9,\"messages\":" + TURN + ",\"input\":"
                + TURN + (stream ? ",\"stream\":true}" : "}");
    }

    @Test
    void waitsForTheSecondsInItsName() {
        var waits = Arrays.stream(DemoModel.values()).filter(it -> it.name().startsWith("WAIT"))
                .toList();
        assertEquals(List.of(65L, 130L, 310L),
                waits.stream().map(it -> it.delay().toSeconds()).toList());
        for (var model : waits) {
            assertEquals("demo-wait-" + model.delay().toSeconds(),
                    DemoModel.names().get(model.ordinal()));
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions, demo-wait-65, ': heartbeat', 'data: [DONE]'",
        "/v1/completions, demo-wait-65, ': heartbeat', 'data: [DONE]'",
        "/v1/responses, demo-wait-130, ': heartbeat', 'event: response.completed'",
        "/v1/messages, demo-wait-310, 'event: ping', 'event: message_stop'"})
    void answersInEachApiAfterItsHeartbeats(String path, String model, String beat, String end) {
        try (var proxy = TestProxy.before(demo.url(), "HEARTBEAT_INTERVAL_MS=500");
                var client = SseClient.reading(proxy.connect().request("POST", path,
                        request(model, true), TestProxy.KEY))) {
            assertTrue(client.next().text().startsWith(beat), client.body());
            assertTrue(client.ending().millis() >= LONGEST.toMillis() - 20, client.body());
            assertTrue(client.body().contains("You waited "), client.body());
            assertTrue(client.body().contains(end), client.body());
            assertTrue(client.ending().whole());
        }
    }

    @Test
    void answersGeminiByTheModelOfItsPath() {
        var body = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}";
        try (var proxy = TestProxy.before(demo.url(), "HEARTBEAT_INTERVAL_MS=500");
                var client = SseClient.reading(proxy.connect().request("POST",
                        "/v1beta/models/demo-wait-65:streamGenerateContent?alt=sse", body,
                        TestProxy.KEY))) {
            assertEquals("data: ", client.next().text());
            assertTrue(client.body().contains("You waited 65 s."), client.body());
            assertTrue(client.body().contains("\"finishReason\":\"STOP\""), client.body());
            assertTrue(client.ending().whole());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/v1/chat/completions | {\"messages\":[{\"content\":[{\"text\":\"a\"},{\"text\":\"b\"}]}],"
            + "\"model\":\"demo-echo\"}",
        "/v1/responses | {\"model\":\"demo-echo\",\"input\":\"b\"}",
        "/v1/completions | {\"model\":\"demo-echo\",\"prompt\":\"b\"}",
        "/openai/deployments/d/completions | {\"model\":\"demo-echo\",\"prompt\":\"b\"}",
        "/v1/projects/p/locations/l/publishers/google/models/demo-echo:generateContent | "
            + "{\"contents\":[{\"parts\":[{\"text\":\"b\"}]}]}",
        "/v1beta/models/demo-echo:generateContent | {\"contents\":[{\"parts\":[{\"text\":\"b\"}]}]}"
    })
    void findsTheLastTextInEachApi(String path, String body) {
        try (var proxy = TestProxy.before(demo.url())) {
            var answer = proxy.request("POST", path, body, TestProxy.KEY);
            assertEquals(200, answer.status(), answer::text);
            assertTrue(answer.text().contains("You said: b"), answer::text);
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/messages/count_tokens", "/v1/embeddings", "/v1/responses/compact"})
    void answersOtherPathsWith404AtOnce(String path) throws IOException {
        try (var patient = DemoUpstream.start();
                var client = RawClient.connect(URI.create(patient.url()).getPort())) {
            client.request("POST", path, request("demo-wait-310", false)).response().error(404);
        }
    }

    @Test
    void stopsWhileItWaits() throws IOException {
        var patient = DemoUpstream.start();
        var connection = RawClient.connect(URI.create(patient.url()).getPort());
        // The server closes a connection after its answer.
        connection.request("POST", "/v1/embeddings", "{}").response().error(404);
        try (var client = SseClient.reading(connection.request("POST", "/v1/chat/completions",
                request("demo-wait-310", false)))) {
            patient.close();
            assertFalse(client.ending().whole());
        }
    }
}
