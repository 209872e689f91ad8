package fakestream.protocol.messages;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.ArrayList;
import java.util.Random;
import java.util.function.Supplier;

/// Random whole messages: blocks of every kind, vendors' own members at every level, null and
/// absent wherever they occur, and now and then a value longer than a line may be.
public final class MessagesRandom {
    private static final String[] NUMBERS = {"0", "-0", "1.0", "1e-5", "1E+400", "-1.50",
        "12345678901234567890", "0.1000000000000000055511151231257827", "1700000000"};
    private static final String[] TEXTS = {"a", "word ", "End. ", "\r\n", "e\u0301", "\"", "\\",
        "\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67", "\ud83d", "\u2028", "\u0085", "\u0000",
        "\u0928\u094d\u0926\u0947", "\ud83c\udde9\ud83c\uddea", "data: ", "\n\n", "{\"", "}"};
    private static final String[] KINDS = {"text", "cited", "thinking", "tool_use",
        "server_tool_use", "mcp_tool_use", "compaction", "redacted_thinking",
        "web_search_tool_result", "mcp_tool_result", "of_tomorrow"};

    private final Random random;

    public MessagesRandom(Random random) {
        this.random = random;
    }

    public JsonObject message() {
        var message = new JsonObject.Builder().add("id", text(2)).add("type", "message");
        maybe(message, "role", () -> new JsonString("assistant"));
        maybe(message, "context_management", this::object);
        maybe(message, "input_transformations", this::value);
        maybe(message, text(2) + "v", this::value);
        var blocks = new ArrayList<JsonValue>();
        for (int i = random.nextInt(5); i > 0; i--) {
            blocks.add(block(KINDS[random.nextInt(KINDS.length)]));
        }
        message.add("content", new JsonArray(blocks)).add("model", text(3));
        maybe(message, "container", this::object);
        maybe(message, "stop_reason", () -> new JsonString("end_turn"));
        maybe(message, "stop_sequence", () -> new JsonString(text(3)));
        maybe(message, "stop_details", this::object);
        return message.add("usage", usage()).build();
    }

    private JsonObject usage() {
        var usage = new JsonObject.Builder();
        maybe(usage, "input_tokens", this::number);
        maybe(usage, "output_tokens", this::number);
        maybe(usage, "cache_read_input_tokens", this::number);
        maybe(usage, "server_tool_use", this::object);
        maybe(usage, "iterations", this::value);
        maybe(usage, text(1) + "u", this::value);
        return usage.build();
    }

    private JsonObject block(String kind) {
        var block = new JsonObject.Builder();
        maybe(block, "caller", this::object);
        block.add("type", kind.equals("cited") ? "text" : kind);
        switch (kind) {
            case "text" -> {
                block.add("text", longText());
                maybe(block, "citations", () -> JsonArray.EMPTY);
            }
            case "cited" -> block.add("citations", JsonArray.of(object(), value()))
                    .add("text", longText());
            case "thinking" -> block.add("thinking", longText()).add("signature", text(20));
            case "tool_use", "server_tool_use", "mcp_tool_use" -> {
                block.add("id", "t" + text(4)).add("input", random.nextInt(9) == 0 ? value()
                        : object().with("long", new JsonString(longText())));
                maybe(block, "server_name", this::value);
            }
            case "compaction" -> {
                maybe(block, "content", () -> new JsonString(longText()));
                maybe(block, "encrypted_content", () -> new JsonString(text(9)));
            }
            default -> {
                maybe(block, "content", this::value);
                maybe(block, "text", this::value);
                maybe(block, "input", this::value);
            }
        }
        maybe(block, text(2) + "x", this::value);
        return block.build();
    }

    /// Adds the member: mostly its value, sometimes null, sometimes not at all.
    private void maybe(JsonObject.Builder object, String name, Supplier<JsonValue> value) {
        switch (random.nextInt(4)) {
            case 0 -> { }
            case 1 -> object.add(name, JsonNull.NULL);
            default -> object.add(name, value.get());
        }
    }

    private JsonValue value() {
        return switch (random.nextInt(8)) {
            case 0 -> JsonNull.NULL;
            case 1 -> JsonBoolean.of(random.nextBoolean());
            case 2, 3 -> number();
            case 4 -> object();
            case 5 -> JsonArray.of(value(), value());
            default -> new JsonString(text(12));
        };
    }

    private JsonObject object() {
        var object = new JsonObject.Builder();
        for (int i = random.nextInt(3); i > 0; i--) {
            object.add(text(2), value());
        }
        return object.build();
    }

    private JsonNumber number() {
        return new JsonNumber(NUMBERS[random.nextInt(NUMBERS.length)]);
    }

    private String longText() {
        return text(random.nextInt(150) == 0 ? 30_000 : 80);
    }

    private String text(int most) {
        var text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            text.append(TEXTS[random.nextInt(TEXTS.length)]);
        }
        return text.toString();
    }
}
