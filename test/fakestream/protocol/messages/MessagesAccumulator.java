package fakestream.protocol.messages;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.SseEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Accumulates a stream by the rules of the official SDKs (anthropic-sdk-typescript
/// `BetaMessageStream`, anthropic-java `BetaMessageAccumulator`). It throws if one of them throws,
/// and ignores only what all of them ignore.
final class MessagesAccumulator {
    private static final Set<String> TOOL_INPUT =
            Set.of("tool_use", "server_tool_use", "mcp_tool_use");

    /// The usage that the SDKs take from `message_delta`; other usage must be in `message_start`.
    private static final Set<String> KNOWN_USAGE = Set.of("input_tokens", "server_tool_use",
            "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens_details",
            "iterations");

    private JsonObject message;
    private final List<JsonObject> content = new ArrayList<>();
    private final Map<Integer, StringBuilder> inputs = new HashMap<>();
    private boolean open;
    private boolean stopped;

    static JsonObject of(List<SseEvent.Received> events) {
        var accumulator = new MessagesAccumulator();
        for (var event : events) {
            // The SDKs drop an event without a name, and skip a ping by its name.
            if (!event.type().isEmpty() && !event.type().equals("ping")) {
                accumulator.add((JsonObject) parse(event.data()));
            }
        }
        require(accumulator.stopped, "the stream has an end");
        return accumulator.message.with("content", new JsonArray(
                List.<JsonValue>copyOf(accumulator.content)));
    }

    private void add(JsonObject event) {
        require(!stopped, "nothing follows the end");
        switch (event.string("type")) {
            case "message_start" -> {
                require(message == null, "one start");
                message = (JsonObject) event.get("message");
            }
            case "content_block_start" -> {
                require(!open && index(event) == content.size(), "blocks come one by one");
                open = true;
                content.add((JsonObject) event.get("content_block"));
            }
            case "content_block_delta" -> {
                require(open && index(event) == content.size() - 1, "the block is open");
                content.add(delta(content.removeLast(), (JsonObject) event.get("delta")));
            }
            case "content_block_stop" -> {
                require(open && index(event) == content.size() - 1, "the block is open");
                open = false;
                content.add(stopped(content.removeLast(), inputs.get(index(event))));
            }
            case "message_delta" -> end(event);
            case "message_stop" -> stopped = true;
            default -> throw new AssertionError("no such event: " + event);
        }
    }

    private JsonObject delta(JsonObject block, JsonObject delta) {
        var type = delta.string("type");
        return switch (type) {
            case "text_delta", "thinking_delta" -> {
                var name = type.replace("_delta", "");
                require(name.equals(block.string("type")), "a delta of the block's kind");
                yield block.with(name, new JsonString(block.string(name) + delta.string(name)));
            }
            case "signature_delta" -> {
                require("".equals(block.string("signature")), "one signature");
                yield block.with("signature", delta.get("signature"));
            }
            case "citations_delta" -> {
                var citations = new ArrayList<>(((JsonArray) block.get("citations")).elements());
                citations.add(delta.get("citation"));
                yield block.with("citations", new JsonArray(citations));
            }
            case "input_json_delta" -> {
                require(block.get("input").equals(JsonObject.EMPTY), "anthropic-go joins to it");
                inputs.computeIfAbsent(content.size(), _ -> new StringBuilder())
                        .append(delta.string("partial_json"));
                yield block;
            }
            case "compaction_delta" -> new JsonObject.Builder().addAll(block)
                    .addAll(delta.without("type")).build();
            default -> throw new AssertionError("no such delta: " + delta);
        };
    }

    private static JsonObject stopped(JsonObject block, StringBuilder input) {
        var type = block.string("type");
        if (type == null || !TOOL_INPUT.contains(type) || !block.has("input")) {
            return block;
        }
        require(input != null, "anthropic-java: Missing input JSON");
        return input.isEmpty() ? block : block.with("input", parse(input.toString()));
    }

    private void end(JsonObject event) {
        var delta = (JsonObject) event.get("delta");
        for (var name : List.of("stop_reason", "stop_sequence", "stop_details")) {
            message = delta.has(name) ? message.with(name, delta.get(name)) : message;
        }
        overwrite("container", delta.get("container"));
        overwrite("context_management", event.get("context_management"));
        overwrite("input_transformations", event.get("input_transformations"));
        var usage = (JsonObject) message.get("usage");
        var last = (JsonObject) event.get("usage");
        usage = last.has("output_tokens") ? usage.with("output_tokens", last.get("output_tokens"))
                : usage;
        for (var name : KNOWN_USAGE) {
            usage = isThere(last.get(name)) ? usage.with(name, last.get(name)) : usage;
        }
        message = message.with("usage", usage);
    }

    private void overwrite(String name, JsonValue value) {
        message = isThere(value) ? message.with(name, value) : message;
    }

    private static boolean isThere(JsonValue value) {
        return value != null && !value.equals(JsonNull.NULL);
    }

    private static int index(JsonObject event) {
        return Integer.parseInt(((JsonNumber) event.get("index")).text());
    }

    private static JsonValue parse(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException e) {
            throw new AssertionError(text, e);
        }
    }

    private static void require(boolean fulfilled, String what) {
        if (!fulfilled) {
            throw new AssertionError("not so: " + what);
        }
    }
}
