package fakestream.protocol.responses;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.protocol.SseEvent;
import fakestream.protocol.TextPieces;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Turns one item of a response into events: added, its body, done. In the added event, members
/// that come later are empty. An item of an unknown type has no body events, because openai-node
/// throws at an unknown event; added and done alone make it whole.
record ResponsesItem(JsonObject item, String type, int index, int pieceLength,
        ResponsesEvents events) {
    /// The member of a call that is sent in pieces.
    private static final Map<String, String> TEXTS = Map.of(
            "function_call", "arguments", "mcp_call", "arguments", "custom_tool_call", "input",
            "code_interpreter_call", "code");

    /// The members with the outcome of a tool, unknown when the call begins.
    private static final Map<String, Set<String>> OUTCOMES = Map.of(
            "mcp_call", Set.of("output", "error"), "mcp_list_tools", Set.of("tools", "error"),
            "code_interpreter_call", Set.of("outputs"), "file_search_call", Set.of("results"),
            "image_generation_call", Set.of("result"));

    /// The added event keeps these members, however long they are: openai-node reads them.
    private static final Set<String> KEPT = Set.of("type", "id", "call_id", "content", "summary");

    /// If the added event is too long, members longer than this, in bytes, wait for the done event.
    private static final int LONG_MEMBER = 1024;

    ResponsesItem(JsonObject item, int index, int pieceLength, ResponsesEvents events) {
        this(item, Objects.requireNonNullElse(item.string("type"), ""), index, pieceLength, events);
    }

    /// Adds all events of the item.
    void tell() {
        events.add("response.output_item.added", carrying(added()));
        tellBody();
        events.add("response.output_item.done", carrying(item));
    }

    private JsonObject.Builder carrying(JsonObject told) {
        return new JsonObject.Builder().add("output_index", index).add("item", told);
    }

    private JsonObject added() {
        var added = new JsonObject.Builder();
        item.members().forEach((name, value) -> added.add(name, opened(name, value)));
        var whole = added.build();
        return JsonWriter.length(whole) <= SseEvent.LONGEST_LINE - 2048 ? whole
                : whole.without(whole.members().keySet().stream()
                        .filter(name -> !KEPT.contains(name)
                                && JsonWriter.length(whole.get(name)) > LONG_MEMBER)
                        .toArray(String[]::new));
    }

    private JsonValue opened(String name, JsonValue value) {
        var isString = value instanceof JsonString;
        return switch (name) {
            case "status" -> isString ? new JsonString("in_progress") : value;
            case "content", "summary" -> ResponsesParts.in(item, name).isEmpty() ? value
                    : JsonArray.EMPTY;
            case "arguments", "input", "code" -> isString && name.equals(TEXTS.get(type))
                    ? new JsonString("") : value;
            default -> OUTCOMES.getOrDefault(type, Set.of()).contains(name) ? outcomeOf(value)
                    : value;
        };
    }

    private JsonValue outcomeOf(JsonValue value) {
        return type.equals("mcp_list_tools") && value instanceof JsonArray ? JsonArray.EMPTY
                : JsonNull.NULL;
    }

    private void tellBody() {
        switch (type) {
            case "message", "reasoning" -> {
                tellParts("summary");
                tellParts("content");
            }
            case "function_call", "custom_tool_call" -> tellText();
            case "mcp_call", "mcp_list_tools" -> tellWork();
            case "code_interpreter_call" -> tellWork("interpreting");
            case "web_search_call", "file_search_call" -> tellWork("searching");
            case "image_generation_call" -> tellWork("generating");
            default -> { }
        }
    }

    private void tellParts(String name) {
        new ResponsesParts(name.equals("summary"), place().build(), pieceLength, events)
                .tell(ResponsesParts.in(item, name));
    }

    /// Every event of an item's body names the item by its id, and openai-node 7 checks this.
    private JsonObject.Builder place() {
        return new JsonObject.Builder().add("item_id", item.get("id")).add("output_index", index);
    }

    private void tellText() {
        var text = TEXTS.get(type);
        if (text != null && item.get(text) instanceof JsonString(var whole)) {
            var event = "response." + type + "_" + text;
            for (var piece : TextPieces.of(whole, TextPieces.LARGE)) {
                events.add(event + ".delta", place().add("delta", piece));
            }
            var done = place();
            // openai-node 6 has the function's name in this event, openai-node 7 no longer has it.
            if (type.equals("function_call")) {
                done.addAll(item.only("name"));
            }
            events.add(event + ".done", done.add(text, whole));
        }
    }

    /// Tells the progress of a tool that the upstream runs. Only MCP has an event for a failure. An
    /// MCP list has no status; its error shows the failure.
    private void tellWork(String... steps) {
        tellStatus("in_progress");
        tellText();
        for (var step : steps) {
            tellStatus(step);
        }
        var isMcp = type.startsWith("mcp_");
        var failed = isMcp && item.has("error") && !item.get("error").equals(JsonNull.NULL);
        var end = Objects.requireNonNullElse(item.string("status"),
                failed ? "failed" : "completed");
        if (end.equals("completed") || isMcp && end.equals("failed")) {
            tellStatus(end);
        }
    }

    private void tellStatus(String status) {
        events.add("response." + type + "." + status, place());
    }
}
