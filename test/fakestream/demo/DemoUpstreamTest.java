package fakestream.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.testing.Daemon;
import fakestream.testing.RawClient;
import fakestream.testing.SseClient;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The first experience of a new user: no key, and all settings at their defaults. The models are
/// slow, so the test asks all at once.
final class DemoUpstreamTest {
    private static final Pattern CURL = Pattern.compile(
            "curl -N (\\S+) -H '(\\S+ \\S+)' \\\\\\s+-d '([^']+)'");

    private static Daemon daemon;
    private static int port;
    private static String url;
    private static String header;
    private static String printed;
    private static SseClient longAnswer;
    private static SseClient tools;
    private static SseClient reasoning;
    private static SseClient error;
    private static SseClient choices;

    @BeforeAll
    static void askAll(@TempDir Path directory) {
        daemon = Daemon.start(directory, "--demo", "--port", "0");
        daemon.says("Its models: " + String.join(", ", DemoModel.names()));
        var curl = CURL.matcher(daemon.said());
        assertTrue(curl.find(), daemon.said());
        url = curl.group(1);
        header = curl.group(2);
        printed = curl.group(3);
        port = URI.create(url).getPort();
        longAnswer = ask("demo-long");
        tools = ask("demo-tools");
        reasoning = ask("demo-reasoning");
        error = ask("demo-error");
        choices = ask("demo-choices");
    }

    @AfterAll
    static void stop() {
        for (var client : List.of(longAnswer, tools, reasoning, error, choices)) {
            client.close();
        }
        assertEquals(0, daemon.stop(), daemon.said());
        daemon.close();
    }

    private static RawClient connect() {
        return RawClient.connect(port);
    }

    /// Sends the request of the printed curl line with this model.
    private static SseClient ask(String model) {
        var body = printed.replace("demo-long", model);
        return SseClient.reading(connect().request("POST", URI.create(url).getPath(), body,
                header));
    }

    @Test
    void echoesAtOnce() {
        try (var client = ask("demo-echo")) {
            assertEquals("You said: Hi", client.content());
        }
    }

    @Test
    void showsHeartbeatsChunksAndDoneToTheCurlLine() {
        for (int i = 1; i <= 3; i++) {
            var beat = longAnswer.next();
            assertTrue(beat.isHeartbeat(), beat.text());
            // The daemon has just started, and five requests come at once.
            assertTrue(beat.millis() > i * 3000 - 20 && beat.millis() < i * 3000 + 1500,
                    beat.toString());
        }
        var first = longAnswer.next("You said: Hi");
        assertTrue(first.millis() > 9980 && first.millis() < 12_000, first.toString());
        assertTrue(longAnswer.content().contains("👨‍👩‍👧‍👦, 🇫🇷 or e\u0301"));
        assertEquals("[DONE]", longAnswer.data().getLast());
        assertTrue(longAnswer.ending().whole());
        assertTrue(longAnswer.frames().size() > 10, "told at a pace");
    }

    @Test
    void callsTools() {
        var arguments = deltas(tools, 0).flatMap(delta -> delta.get("tool_calls")
                instanceof JsonArray(var calls) ? calls.stream() : Stream.of())
                .map(call -> ((JsonObject) ((JsonObject) call).get("function"))
                        .string("arguments")).collect(Collectors.joining());
        assertEquals("{\"city\":\"Paris\"}{\"city\":\"東京\"}", arguments);
        assertTrue(tools.body().contains("\"finish_reason\":\"tool_calls\""));
        assertTrue(tools.ending().whole());
    }

    @Test
    void sendsItsReasoning() {
        var thought = deltas(reasoning, 0).flatMap(delta ->
                Stream.ofNullable(delta.string("reasoning_content"))).toList();
        assertEquals(1, thought.size());
        assertTrue(thought.getFirst().contains("\"Hi\""), thought::toString);
        assertEquals("Forty-two. 四十二。👩‍🚀", reasoning.content());
    }

    @Test
    void failsAfterTheFirstHeartbeat() {
        assertTrue(error.next().isHeartbeat());
        assertTrue(error.error().string("message").contains("fails on purpose"));
        assertFalse(error.ending().whole());
    }

    @Test
    void hasTwoChoices() {
        assertEquals("One way to put it: Hi", content(0));
        assertEquals("Another way to put it, a little longer: Hi", content(1));
        assertTrue(choices.ending().whole());
    }

    private static String content(int choice) {
        return deltas(choices, choice).flatMap(delta ->
                Stream.ofNullable(delta.string("content"))).collect(Collectors.joining());
    }

    private static Stream<JsonObject> deltas(SseClient client, int choice) {
        return client.chunks().stream().flatMap(chunk ->
                ((JsonArray) chunk.get("choices")).elements().stream())
                .map(JsonObject.class::cast)
                .filter(entry -> entry.get("index").toString().equals("" + choice))
                .map(entry -> (JsonObject) entry.get("delta"));
    }

    @Test
    void listsItsModels() {
        try (var client = connect()) {
            var list = (JsonArray) client.request("GET", "/v1/models", "").response().json()
                    .get("data");
            assertEquals(DemoModel.names(), list.elements().stream()
                    .map(model -> ((JsonObject) model).string("id")).toList());
            for (var name : DemoModel.names()) {
                assertEquals(name, client.request("GET", "/v1/models/" + name, "").response()
                        .json().string("id"));
            }
            client.request("GET", "/v1/models/gpt", "").response().error(404);
        }
    }

    @Test
    void answersAnUnknownModelWith404() {
        try (var client = ask("gpt")) {
            var told = client.response().error(404);
            assertTrue(told.string("message").contains("demo-long"), told::toString);
        }
    }

    @Test
    void answersOtherPathsWith404() {
        try (var client = connect()) {
            client.request("POST", "/v1/embeddings", "no JSON", header);
            var told = client.response().error(404);
            assertTrue(told.string("message").contains("/v1/embeddings"), told::toString);
        }
    }

    @Test
    void printsTheAddressOfThePage() {
        assertTrue(daemon.said().contains("Open http://127.0.0.1:" + port + "/ or run"));
        try (var client = connect()) {
            assertEquals(200, client.request("GET", "/", "").response().status());
        }
    }
}
