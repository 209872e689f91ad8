package fakestream.protocol.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Random responses of all kinds, the same in every run.
final class ResponsesPropertyTest {
    private static final List<String> WORDS = List.of("a", "Hello, world. ", "\n", "\r\n",
            "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67", "e\u0301", "\u2028", "\u0001",
            "\"\\", "\u6F22\u5B57", "data: x\n\n", "\uD83D");
    private static final List<String> STATUSES =
            List.of("completed", "incomplete", "in_progress", "failed");

    private final Random random = new Random(20260);
    private int ids;

    @Test
    void clientsAccumulateTheWholeAnswer() {
        for (int i = 0; i < 300; i++) {
            var response = response();
            var events = new Responses().replay(JsonObject.EMPTY, response,
                    new StreamState("id", 1, 0, 1 + random.nextInt(60))).events();
            assertEquals(response, ResponsesAccumulator.of(events));
            for (var event : events) {
                assertTrue(event.bytes().length <= 96 * 1024 || mayBeLong(event),
                        () -> ((SseEvent.Message) event).type());
            }
        }
    }

    /// An event that repeats a whole value cannot be split.
    private static boolean mayBeLong(SseEvent event) {
        return ((SseEvent.Message) event).type()
                .matches(".*\\.(done|completed|incomplete|failed)");
    }

    private JsonObject response() {
        return new JsonObject.Builder().add("id", id()).add("object", "response")
                .add("status", oneOf(STATUSES)).add("error", JsonNull.NULL)
                .add("output", some(6, this::item)).add("vendor", oneOf(WORDS))
                .add("usage", new JsonObject.Builder().add("total", 1).build()).build();
    }

    private JsonObject item() {
        var item = new JsonObject.Builder().add("id", id()).add("call_id", id())
                .add("name", text()).add("role", "assistant");
        if (random.nextBoolean()) {
            item.add("status", oneOf(STATUSES));
        }
        return (switch (random.nextInt(11)) {
            case 0, 1, 2 -> item.add("type", "message").add("content", some(4, this::part));
            case 3 -> item.add("type", "reasoning").add("summary", some(3, this::summary))
                    .add("content", some(2, this::thought)).add("encrypted_content", text());
            case 4 -> item.add("type", "function_call").add("arguments", text());
            case 5 -> item.add("type", "custom_tool_call").add("input", text());
            case 6 -> item.add("type", "mcp_call").add("arguments", text())
                    .add("output", orNull(text())).add("error", orNull(text()));
            case 7 -> item.add("type", "code_interpreter_call").add("code", orNull(text()))
                    .add("outputs", some(2, this::part));
            case 8 -> item.add("type", oneOf(List.of("web_search_call", "file_search_call")))
                    .add("results", some(2, this::part)).add("queries", some(2, this::part));
            case 9 -> item.add("type", oneOf(List.of("image_generation_call", "mcp_list_tools")))
                    .add("result", orNull(text())).add("tools", some(2, this::part));
            default -> item.add("type", oneOf(List.of("shell_call", "compaction", "dream")))
                    .add("own", some(3, this::part));
        }).build();
    }

    private JsonObject part() {
        return (switch (random.nextInt(4)) {
            case 0 -> new JsonObject.Builder().add("type", "refusal").add("refusal", text());
            case 1 -> new JsonObject.Builder().add("type", "song")
                    .add("text", oneOf(WORDS));
            default -> outputText();
        }).build();
    }

    private JsonObject.Builder outputText() {
        var text = new JsonObject.Builder().add("type", "output_text").add("text", text());
        if (random.nextBoolean()) {
            text.add("logprobs", some(5, () -> new JsonObject.Builder()
                    .add("token", text().value()).add("logprob", -1).build()));
        }
        return text.add("annotations", some(3, this::annotation)).add("own", oneOf(WORDS));
    }

    private JsonObject annotation() {
        return new JsonObject.Builder().add("title", oneOf(WORDS)).build();
    }

    private JsonObject summary() {
        return new JsonObject.Builder().add("type", "summary_text").add("text", text()).build();
    }

    private JsonObject thought() {
        return new JsonObject.Builder().add("type", "reasoning_text").add("text", text()).build();
    }

    private JsonArray some(int most, Supplier<? extends JsonValue> what) {
        return new JsonArray(IntStream.range(0, random.nextInt(most + 1))
                .mapToObj(_ -> (JsonValue) what.get()).toList());
    }

    private JsonString text() {
        var text = new StringBuilder();
        var count = random.nextInt(600) == 0 ? 30_000 : random.nextInt(30);
        for (int i = 0; i < count; i++) {
            text.append(oneOf(WORDS));
        }
        return new JsonString(text.toString());
    }

    private JsonValue orNull(JsonValue value) {
        return random.nextInt(4) == 0 ? JsonNull.NULL : value;
    }

    private String id() {
        ids++;
        return "id" + ids;
    }

    private String oneOf(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
