package fakestream.protocol.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.SseEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// A client that accumulates a stream of responses by the rules of openai-node 7.57
/// (`internal/responses/response-accumulator`). It is stricter: the joined deltas must equal the
/// values of the done events.
final class ResponsesAccumulator {
    /// The event types that both openai-node 6.49 and 7.57 know and that a whole answer can have.
    private static final Set<String> KNOWN = Set.of("response.created", "response.in_progress",
            "response.completed", "response.incomplete", "response.failed",
            "response.output_item.added", "response.output_item.done",
            "response.content_part.added", "response.content_part.done",
            "response.output_text.delta", "response.output_text.done",
            "response.output_text.annotation.added",
            "response.refusal.delta", "response.refusal.done",
            "response.reasoning_text.delta", "response.reasoning_text.done",
            "response.reasoning_summary_part.added", "response.reasoning_summary_part.done",
            "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done",
            "response.function_call_arguments.delta", "response.function_call_arguments.done",
            "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done",
            "response.mcp_call_arguments.delta", "response.mcp_call_arguments.done",
            "response.mcp_call.in_progress", "response.mcp_call.completed",
            "response.mcp_call.failed", "response.mcp_list_tools.in_progress",
            "response.mcp_list_tools.completed", "response.mcp_list_tools.failed",
            "response.code_interpreter_call.in_progress",
            "response.code_interpreter_call.interpreting",
            "response.code_interpreter_call.completed",
            "response.code_interpreter_call_code.delta",
            "response.code_interpreter_call_code.done",
            "response.web_search_call.in_progress", "response.web_search_call.searching",
            "response.web_search_call.completed", "response.file_search_call.in_progress",
            "response.file_search_call.searching", "response.file_search_call.completed",
            "response.image_generation_call.in_progress",
            "response.image_generation_call.generating",
            "response.image_generation_call.completed");

    private final List<JsonObject> items = new ArrayList<>();
    private JsonObject response;
    private boolean ended;
    private int next;

    /// The response that a client holds at the end of these events.
    static JsonObject of(List<SseEvent> events) {
        var client = new ResponsesAccumulator();
        events.forEach(event -> client.accept((SseEvent.Message) event));
        assertTrue(client.ended, "no event ended the stream");
        return client.response;
    }

    static JsonObject data(SseEvent event) {
        try {
            return (JsonObject) Json.parse(((SseEvent.Message) event).data());
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    private void accept(SseEvent.Message event) {
        var data = data(event);
        assertTrue(KNOWN.contains(event.type()), event.type());
        assertEquals(event.type(), data.string("type"));
        assertEquals(JsonNumber.of(next++), data.get("sequence_number"));
        assertFalse(ended, "an event behind the last");
        assertEquals(event.type().equals("response.created"), response == null);
        if (data.get("response") instanceof JsonObject told) {
            ended = !event.type().matches("response\\.(created|in_progress)");
            assertTrue(ended || told.get("output").equals(JsonArray.EMPTY));
            response = told;
        } else if (event.type().startsWith("response.output_item.")) {
            acceptItem(event.type(), data);
        } else {
            acceptBody(event.type(), data);
        }
    }

    private void acceptItem(String type, JsonObject data) {
        var item = (JsonObject) data.get("item");
        var index = number(data, "output_index");
        if (type.endsWith(".added")) {
            assertEquals(items.size(), index);
            items.add(item);
            return;
        }
        var added = items.get(index);
        for (var name : List.of("type", "id", "call_id", "role", "content", "summary",
                "arguments", "input", "code")) {
            assertEquals(item.get(name), added.get(name), name);
        }
        items.set(index, item);
    }

    private void acceptBody(String type, JsonObject data) {
        var index = number(data, "output_index");
        var item = items.get(index);
        assertNotNull(item.string("id"));
        assertEquals(item.string("id"), data.string("item_id"));
        var words = type.split("\\.");
        items.set(index, switch (words[1]) {
            case "content_part" -> part(item, "content", number(data, "content_index"), data);
            case "reasoning_summary_part" ->
                    part(item, "summary", number(data, "summary_index"), data);
            case "output_text", "reasoning_text" ->
                    inPart(item, "content", number(data, "content_index"), "text", data);
            case "refusal" ->
                    inPart(item, "content", number(data, "content_index"), "refusal", data);
            case "reasoning_summary_text" ->
                    inPart(item, "summary", number(data, "summary_index"), "text", data);
            case "function_call_arguments", "mcp_call_arguments" ->
                    text(item, "arguments", data);
            case "custom_tool_call_input" -> text(item, "input", data);
            case "code_interpreter_call_code" -> text(item, "code", data);
            default -> {
                assertEquals(item.string("type"), words[1]);
                yield item;
            }
        });
    }

    private static JsonObject part(JsonObject item, String list, int index, JsonObject data) {
        var parts = new ArrayList<>(((JsonArray) item.get(list)).elements());
        if (data.string("type").endsWith(".added")) {
            assertEquals(parts.size(), index);
            parts.add(data.get("part"));
        } else {
            assertEquals(parts.get(index), data.get("part"));
        }
        return item.with(list, new JsonArray(parts));
    }

    private static JsonObject inPart(JsonObject item, String list, int index, String name,
            JsonObject data) {
        var parts = new ArrayList<>(((JsonArray) item.get(list)).elements());
        var part = (JsonObject) parts.get(index);
        if (data.has("annotation")) {
            assertEquals(size(part, "annotations"), number(data, "annotation_index"));
            parts.set(index, joined(part, "annotations", JsonArray.of(data.get("annotation"))));
        } else if (data.has("delta")) {
            parts.set(index, joined(text(part, name, data), "logprobs", data.get("logprobs")));
        } else {
            text(part, name, data);
        }
        return item.with(list, new JsonArray(parts));
    }

    private static int size(JsonObject part, String name) {
        return ((JsonArray) part.get(name)).elements().size();
    }

    private static JsonObject joined(JsonObject part, String name, JsonValue more) {
        if (!(more instanceof JsonArray(var added)) || added.isEmpty()) {
            return part;
        }
        var all = new ArrayList<>(((JsonArray) part.get(name)).elements());
        all.addAll(added);
        return part.with(name, new JsonArray(all));
    }

    private static JsonObject text(JsonObject target, String name, JsonObject data) {
        if (!data.has("delta")) {
            assertEquals(target.get(name), data.get(name));
            return target;
        }
        return target.with(name, new JsonString(target.string(name) + data.string("delta")));
    }

    private static int number(JsonObject data, String name) {
        return Integer.parseInt(((JsonNumber) data.get(name)).text());
    }

    /// The types of the events without their common prefix.
    static List<String> types(List<SseEvent> events) {
        return events.stream().map(event -> ((SseEvent.Message) event).type())
                .map(type -> type.startsWith("response.") ? type.substring(9) : type).toList();
    }

    /// The types between the opening and the end.
    static List<String> body(List<SseEvent> events) {
        var types = types(events);
        assertEquals(Arrays.asList("created", "in_progress"), types.subList(0, 2));
        return types.subList(2, types.size() - 1);
    }
}
