package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.testing.ClientResponse;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import java.util.List;

/// One API other than chat completions, in one of its forms: its path, the header of its key, its
/// heartbeat, its request and its answer.
enum Api {
    COMPLETIONS("/v1/completions", TestProxy.KEY, SseClient.HEARTBEAT,
            "{\"model\":\"m\",\"prompt\":\"Hi\",\"stream\":true}",
            "{\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":7,\"model\":\"m\","
            + "\"choices\":[{\"text\":\"Hello, you there.\",\"index\":0,\"logprobs\":null,"
            + "\"finish_reason\":\"stop\"}]}"),
    RESPONSES("/v1/responses", TestProxy.KEY, SseClient.HEARTBEAT,
            "{\"model\":\"m\",\"input\":\"Hi\",\"stream\":true}",
            "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":7,\"status\":"
            + "\"completed\",\"error\":null,\"model\":\"m\",\"output\":[{\"id\":\"msg_1\","
            + "\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
            + "\"content\":[{\"type\":\"output_text\",\"annotations\":[],"
            + "\"text\":\"Hello, you there.\"}]}]}"),
    MESSAGES("/v1/messages", "x-api-key: sk-ant-1\r\nanthropic-version: 2023-06-01",
            "event: ping\ndata: {\"type\":\"ping\"}\n\n",
            "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[],\"stream\":true}",
            "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\","
            + "\"content\":[{\"type\":\"text\",\"text\":\"Hello, you there.\"}],\"stop_reason\":"
            + "\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":1,"
            + "\"output_tokens\":2}}"),
    GEMINI_EVENTS("/v1beta/models/g:streamGenerateContent?alt=sse", "x-goog-api-key: g-secret",
            "data: ", "{\"contents\":[]}", gemini("Hello, you there.", "\"STOP\"")),
    GEMINI_ARRAY("/v1beta/models/g:streamGenerateContent?key=g-secret", "X-Title: t",
            "\n", "{\"contents\":[]}", gemini("Hello, you there.", "\"STOP\""));

    /// The text of each answer.
    static final String TEXT = "Hello, you there.";

    private final String target;
    private final String key;
    private final String beat;
    private final String request;
    private final String answer;

    Api(String target, String key, String beat, String request, String answer) {
        this.target = target;
        this.key = key;
        this.beat = beat;
        this.request = request;
        this.answer = answer;
    }

    /// An answer of Gemini with this text.
    static String gemini(String text, String finishReason) {
        return "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + text + "\"}],\"role\":"
                + "\"model\"},\"index\":0,\"finishReason\":" + finishReason
                + "}],\"modelVersion\":\"g\"}";
    }

    /// The objects of a JSON array.
    static List<JsonObject> elements(String text) {
        try {
            return ((JsonArray) Json.parse(text)).elements().stream()
                    .map(JsonObject.class::cast).toList();
        } catch (JsonException | ClassCastException e) {
            throw new AssertionError("no JSON array: " + text, e);
        }
    }

    String target() {
        return target;
    }

    String key() {
        return key;
    }

    /// The first heartbeat.
    String beat() {
        return beat;
    }

    /// Each later heartbeat. It adds a space if the first heartbeat opens a line.
    String nextBeat() {
        return this == GEMINI_EVENTS ? " " : beat;
    }

    String request() {
        return request;
    }

    String answer() {
        return answer;
    }

    /// Sends the request and reads the response as a stream.
    SseClient stream(TestProxy proxy) {
        return SseClient.reading(proxy.connect().request("POST", target, request, key));
    }

    /// The kind of this error. Fails the test if the error is not in this API's own form.
    String kindOf(JsonObject body) {
        return switch (this) {
            case COMPLETIONS, RESPONSES -> ClientResponse.error(body).string("type");
            case MESSAGES -> {
                assertEquals("error", body.string("type"), body::toString);
                yield ((JsonObject) body.get("error")).string("type");
            }
            case GEMINI_EVENTS, GEMINI_ARRAY -> {
                var error = (JsonObject) body.get("error");
                assertTrue(error.get("code") instanceof JsonNumber, body::toString);
                yield error.string("status");
            }
        };
    }

    /// The value of this API's vendor.
    String pick(String openAis, String anthropics, String googles) {
        return switch (this) {
            case COMPLETIONS, RESPONSES -> openAis;
            case MESSAGES -> anthropics;
            case GEMINI_EVENTS, GEMINI_ARRAY -> googles;
        };
    }
}
