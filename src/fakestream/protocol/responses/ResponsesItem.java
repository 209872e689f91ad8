package fakestream.protocol.responses;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.protocol.SseEvent;
import fakestream.protocol.TextPieces;
import java.util.Set;

/// Turns one item of a response into events: added, its body, done. In the added event, members
/// that come later are empty. An item of an unknown type has no body events, because openai-node
/// throws at an unknown event; added and done alone make it whole.
final class ResponsesItem {
    /// The added event keeps these members, however long they are: openai-node reads them.
    private static final Set<String> KEPT = Set.of("type", "id", "call_id", "content", "summary");

    /// If the added event is too long, members longer than this, in bytes, wait for the done event.
    private static final int LONG_MEMBER = 1024;

    private final JsonObject item;
    private final String type;
    private final int index;
    private final int pieceLength;
    private final ResponsesEvents events;

    ResponsesItem(JsonObject item, int index, int pieceLength, ResponsesEvents events) {
        this.item = item;
        this.type = item.string("type") == null ? "" : item.string("type");
        this.index = index;
        this.pieceLength = pieceLength;
        this.events = events;
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
        return fits(whole) ? whole : shortened(whole);
    }

    private JsonValue opened(String name, JsonValue value) {
        return switch (name) {
            case "status" -> value instanceof JsonString ? new JsonString("in_progress") : value;
            case "content", "summary" -> parts(name) == null ? value : JsonArray.EMPTY;
            case "arguments", "input", "code" -> name.equals(text())
                    && value instanceof JsonString ? new JsonString("") : value;
            default -> isOutcome(name) ? outcomeOf(value) : value;
        };
    }

    /// The member of a call that is sent in pieces.
    private String text() {
        return switch (type) {
            case "function_call", "mcp_call" -> "arguments";
            case "custom_tool_call" -> "input";
            case "code_interpreter_call" -> "code";
            default -> "";
        };
    }

    /// Whether a member is the outcome of a tool, unknown when the call begins.
    private boolean isOutcome(String name) {
        return switch (type) {
            case "mcp_call" -> name.equals("output") || name.equals("error");
            case "mcp_list_tools" -> name.equals("tools") || name.equals("error");
            case "code_interpreter_call" -> name.equals("outputs");
            case "file_search_call" -> name.equals("results");
            case "image_generation_call" -> name.equals("result");
            default -> false;
        };
    }

    private JsonValue outcomeOf(JsonValue value) {
        return type.equals("mcp_list_tools") && value instanceof JsonArray ? JsonArray.EMPTY
                : JsonNull.NULL;
    }

    private static boolean fits(JsonObject object) {
        return JsonWriter.fits(object, SseEvent.LONGEST_LINE - 2048);
    }

    private static JsonObject shortened(JsonObject whole) {
        return whole.without(whole.members().entrySet().stream()
                .filter(member -> !KEPT.contains(member.getKey()))
                .filter(member -> JsonWriter.length(member.getValue()) > LONG_MEMBER)
                .map(member -> member.getKey()).toArray(String[]::new));
    }

    private void tellBody() {
        switch (type) {
            case "message", "reasoning" -> {
                tellParts("summary");
                tellParts("content");
            }
            case "function_call" -> tellText("response.function_call_arguments");
            case "custom_tool_call" -> tellText("response.custom_tool_call_input");
            case "mcp_call" -> {
                tellStatus("in_progress");
                tellText("response.mcp_call_arguments");
                tellOutcome();
            }
            case "code_interpreter_call" -> {
                tellStatus("in_progress");
                tellText("response.code_interpreter_call_code");
                tellStatus("interpreting");
                tellOutcome();
            }
            case "web_search_call", "file_search_call" -> tellStatuses("searching");
            case "image_generation_call" -> tellStatuses("generating");
            case "mcp_list_tools" -> {
                tellStatus("in_progress");
                tellOutcome();
            }
            default -> { }
        }
    }

    private void tellParts(String name) {
        var parts = parts(name);
        if (parts != null) {
            parts.tell();
        }
    }

    /// The parts in this member; null if they can only be sent with the item.
    private ResponsesParts parts(String name) {
        return ResponsesParts.in(item, name, scope(), pieceLength, events);
    }

    /// Every event of an item's body names the item by its id, and openai-node 7 checks this.
    private JsonObject scope() {
        return new JsonObject.Builder().add("item_id", item.get("id"))
                .add("output_index", index).build();
    }

    private void tellText(String event) {
        if (item.get(text()) instanceof JsonString(var whole)) {
            for (var piece : TextPieces.of(whole, TextPieces.LARGE)) {
                tell(event + ".delta", new JsonObject.Builder().add("delta", piece));
            }
            var done = new JsonObject.Builder();
            // openai-node 6 has the function's name in this event, openai-node 7 no longer has it.
            if (type.equals("function_call") && item.has("name")) {
                done.add("name", item.get("name"));
            }
            tell(event + ".done", done.add(text(), whole));
        }
    }

    private void tellStatuses(String between) {
        tellStatus("in_progress");
        tellStatus(between);
        tellOutcome();
    }

    /// Only MCP has an event for a failure. An MCP list has no status; its error shows the failure.
    private void tellOutcome() {
        var isMcp = type.startsWith("mcp_");
        var failed = isMcp && item.has("error") && !item.get("error").equals(JsonNull.NULL);
        switch (item.string("status")) {
            case "completed" -> tellStatus("completed");
            case "failed" -> {
                if (isMcp) {
                    tellStatus("failed");
                }
            }
            case null -> tellStatus(failed ? "failed" : "completed");
            default -> { }
        }
    }

    private void tellStatus(String status) {
        tell("response." + type + "." + status, new JsonObject.Builder());
    }

    private void tell(String event, JsonObject.Builder members) {
        events.add(event, new JsonObject.Builder().addAll(scope()).addAll(members.build()));
    }
}
