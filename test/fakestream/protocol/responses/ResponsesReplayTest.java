package fakestream.protocol.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ResponsesReplayTest {
    private static final String MESSAGE = """
            {"type":"message","id":"m1","role":"assistant","status":"completed","content":[%s]}""";

    private static JsonObject json(String text) throws JsonException {
        return (JsonObject) Json.parse(text);
    }

    private static List<SseEvent> told(String body, int pieceLength) throws JsonException {
        return new Responses().replay(JsonObject.EMPTY, json(body),
                new StreamState("id", 1, 0, pieceLength)).events();
    }

    private static String response(String status, String items) {
        return """
                {"id":"r","object":"response","status":"%s","error":null,"usage":{"n":1},
                "completed_at":2,"incomplete_details":null,"own":[1.0],"model":"m",
                "output":[%s]}""".formatted(status, items);
    }

    private static List<SseEvent> toldItem(String item) throws JsonException {
        var body = response("completed", item);
        var events = told(body, 4);
        assertEquals(json(body), ResponsesAccumulator.of(events));
        return events;
    }

    private static String deltas(List<SseEvent> events) {
        return events.stream().map(ResponsesAccumulator::data).filter(data -> data.has("delta"))
                .map(data -> data.string("delta")).collect(Collectors.joining("|"));
    }

    @Test
    void opensWithAnUnfinishedResponse() throws JsonException {
        var events = told(response("completed", ""), 30);
        assertEquals(List.of("created", "in_progress", "completed"),
                ResponsesAccumulator.types(events));
        assertEquals("""
                {"type":"response.created","sequence_number":0,"response":{"id":"r",\
                "object":"response","status":"in_progress","error":null,"usage":null,\
                "completed_at":null,"incomplete_details":null,"own":[1.0],"model":"m",\
                "output":[]}}""", ((SseEvent.Message) events.getFirst()).data());
        assertTrue(new String(events.getFirst().bytes(), StandardCharsets.UTF_8)
                .startsWith("event: response.created\ndata: {\"type\":\"response.created\","));
    }

    @Test
    void endsWithTheStatusOfTheResponse() throws JsonException {
        for (var end : List.of("completed completed", "incomplete incomplete", "failed failed",
                "cancelled incomplete", "queued completed", "in_progress completed")) {
            var words = end.split(" ");
            var body = response(words[0], "");
            assertEquals(words[1], ResponsesAccumulator.types(told(body, 30)).getLast());
            assertEquals(json(body), ResponsesAccumulator.of(told(body, 30)));
        }
    }

    @Test
    void sendsTextWithItsAnnotationsAndLogprobs() throws JsonException {
        var events = toldItem(MESSAGE.formatted("""
                {"type":"output_text","text":"one two","annotations":[{"a":1},{"b":2}],
                "logprobs":[{"token":"one"},{"token":" two"}]}"""));
        assertEquals(List.of("output_item.added", "content_part.added", "output_text.delta",
                "output_text.delta", "output_text.annotation.added",
                "output_text.annotation.added", "output_text.done", "content_part.done",
                "output_item.done"), ResponsesAccumulator.body(events));
        assertEquals("one |two", deltas(events));
        assertEquals(json("{\"l\":[{\"token\":\"one\"},{\"token\":\" two\"}]}").get("l"),
                ResponsesAccumulator.data(events.get(8)).get("logprobs"));
        assertEquals(events.subList(4, 6), events.stream().filter(SseEvent::piece).toList());
    }

    @Test
    void sendsARefusalInPieces() throws JsonException {
        var events = toldItem(MESSAGE.formatted("{\"type\":\"refusal\",\"refusal\":\"no no\"}"));
        assertEquals(List.of("output_item.added", "content_part.added", "refusal.delta",
                "refusal.delta", "refusal.done", "content_part.done", "output_item.done"),
                ResponsesAccumulator.body(events));
        assertEquals(2, events.stream().filter(SseEvent::piece).count());
    }

    @Test
    void sendsSummariesBeforeReasoning() throws JsonException {
        var events = toldItem("""
                {"type":"reasoning","content":[{"type":"reasoning_text","text":"why now"}],
                "id":"x","summary":[{"type":"summary_text","text":"because of it"},
                {"type":"summary_text","text":""}],"encrypted_content":"e"}""");
        assertEquals(List.of("output_item.added", "reasoning_summary_part.added",
                "reasoning_summary_text.delta", "reasoning_summary_text.done",
                "reasoning_summary_part.done", "reasoning_summary_part.added",
                "reasoning_summary_text.done", "reasoning_summary_part.done",
                "content_part.added", "reasoning_text.delta", "reasoning_text.done",
                "content_part.done", "output_item.done"), ResponsesAccumulator.body(events));
        assertEquals("because of it|why now", deltas(events));
        assertFalse(events.stream().anyMatch(SseEvent::piece));
    }

    @Test
    void sendsCallsWithTheirArguments() throws JsonException {
        assertEquals(List.of("output_item.added", "function_call_arguments.delta",
                "function_call_arguments.done", "output_item.done"),
                ResponsesAccumulator.body(toldItem("""
                {"type":"function_call","id":"x","call_id":"c","name":"f","arguments":"{}"}""")));
        assertEquals(List.of("output_item.added", "custom_tool_call_input.delta",
                "custom_tool_call_input.done", "output_item.done"),
                ResponsesAccumulator.body(toldItem("""
                {"type":"custom_tool_call","id":"x","call_id":"c","name":"f","input":"i"}""")));
        assertEquals(List.of("output_item.added", "mcp_call.in_progress",
                "mcp_call_arguments.delta", "mcp_call_arguments.done", "mcp_call.failed",
                "output_item.done"), ResponsesAccumulator.body(toldItem("""
                {"type":"mcp_call","id":"x","name":"f","arguments":"{}","error":"e",
                "output":null}""")));
    }

    @Test
    void sendsTheProgressOfHostedTools() throws JsonException {
        assertEquals(List.of("output_item.added", "code_interpreter_call.in_progress",
                "code_interpreter_call_code.delta", "code_interpreter_call_code.done",
                "code_interpreter_call.interpreting", "code_interpreter_call.completed",
                "output_item.done"), ResponsesAccumulator.body(toldItem("""
                {"type":"code_interpreter_call","id":"x","code":"1","status":"completed",
                "outputs":[{"type":"logs","logs":"1"}]}""")));
        assertEquals(List.of("output_item.added", "web_search_call.in_progress",
                "web_search_call.searching", "output_item.done"),
                ResponsesAccumulator.body(toldItem("""
                {"type":"web_search_call","id":"x","status":"failed","action":{}}""")));
        assertEquals(List.of("output_item.added", "mcp_list_tools.in_progress",
                "mcp_list_tools.completed", "output_item.done"),
                ResponsesAccumulator.body(toldItem("""
                {"type":"mcp_list_tools","id":"x","tools":[{}],"error":null}""")));
        var picture = toldItem("""
                {"type":"image_generation_call","id":"x","status":"completed","result":"AAAA"}""");
        assertEquals(JsonNull.NULL, ((JsonObject) ResponsesAccumulator.data(picture.get(2))
                .get("item")).get("result"));
    }

    @Test
    void sendsUnknownItemsUnchanged() throws JsonException {
        var events = toldItem("{\"type\":\"dream\",\"id\":\"x\",\"content\":\"of sheep\"}");
        assertEquals(List.of("output_item.added", "output_item.done"),
                ResponsesAccumulator.body(events));
        assertEquals("of sheep", ((JsonObject) ResponsesAccumulator.data(events.get(2))
                .get("item")).string("content"));
    }

    @Test
    void sendsAValueTooLongForALineOnlyOnce() throws JsonException {
        var events = toldItem("{\"type\":\"dream\",\"id\":\"x\",\"a\":{\"b\":\"%s\"}}"
                .formatted("x".repeat(100_000)));
        assertTrue(events.get(2).bytes().length < 1000);
    }

    @Test
    void addsIdsThatOpenaiNodeRequires() throws JsonException {
        var message = MESSAGE.formatted("{\"type\":\"output_text\",\"text\":\"a\"}");
        for (var id : List.of("", "\"id\":null,", "\"id\":\"\",")) {
            var whole = ResponsesAccumulator.of(told(
                    response("completed", message.replace("\"id\":\"m1\",", id)), 4));
            assertEquals(((JsonArray) json(response("completed",
                    message.replace("m1", "msg_id_0"))).get("output")), whole.get("output"));
        }
    }

    @ParameterizedTest
    @CsvSource({"message, msg_", "reasoning, rs_", "function_call, fc_", "custom_tool_call, ctc_",
        "web_search_call, ws_", "file_search_call, fs_", "computer_call, cu_", "mcp_call, mcp_",
        "code_interpreter_call, ci_", "image_generation_call, ig_", "mcp_list_tools, mcpl_",
        "mcp_approval_request, mcpr_", "local_shell_call, lsh_", "shell_call, sh_",
        "shell_call_output, sho_", "apply_patch_call, apc_", "tool_search_call, tsc_",
        "tool_search_output, tso_", "compaction, cmp_", "dream, item_"})
    void makesItemIdsLikeOpenai(String type, String prefix) throws JsonException {
        var events = told(response("completed", "{},{\"type\":\"" + type + "\"}"), 4);
        var id = prefix + "id_1";
        assertEquals(id, item(ResponsesAccumulator.of(events)).string("id"));
        var named = events.stream().map(ResponsesAccumulator::data)
                .filter(data -> JsonNumber.of(1).equals(data.get("output_index")))
                .map(data -> data.get("item") instanceof JsonObject item ? item.string("id")
                        : data.string("item_id")).toList();
        assertTrue(named.size() >= 2);
        assertEquals(Set.of(id), Set.copyOf(named));
    }

    @Test
    void addsAnIdToAResponseWithoutOne() throws JsonException {
        for (var id : List.of("", "\"id\":null,", "\"id\":\"\",")) {
            var events = told("{" + id + "\"object\":\"response\",\"output\":[]}", 4);
            for (var event : events) {
                assertEquals("resp_id", ((JsonObject) ResponsesAccumulator.data(event)
                        .get("response")).string("id"));
            }
        }
    }

    @Test
    void sendsAFunctionCallWithTextArgumentsAndACallId() throws JsonException {
        for (var members : List.of("\"call_id\":null,\"arguments\":{\"a\":1.0}",
                "\"call_id\":\"\",\"arguments\":\"{\\\"a\\\":1.0}\"",
                "\"arguments\":\"{\\\"a\\\":1.0}\"")) {
            var events = told(response("completed", "{},{\"type\":\"function_call\","
                    + members + "}"), 4);
            var call = item(ResponsesAccumulator.of(events));
            assertEquals("call_id_1", call.string("call_id"));
            assertEquals("{\"a\":1.0}", call.string("arguments"));
        }
    }

    private static JsonObject item(JsonObject response) {
        return (JsonObject) ((JsonArray) response.get("output")).elements().get(1);
    }

    @Test
    void omitsEventsForUnknownParts() throws JsonException {
        for (var part : List.of("{\"type\":\"reasoning_text\",\"text\":\"a\"}", "\"a\"")) {
            assertEquals(List.of("output_item.added", "output_item.done"),
                    ResponsesAccumulator.body(toldItem(MESSAGE.formatted(part))));
        }
        assertEquals(List.of("output_item.added", "content_part.added", "content_part.done",
                "output_item.done"),
                ResponsesAccumulator.body(toldItem(MESSAGE.formatted("{\"type\":\"song\"}"))));
    }

    @Test
    void continuesTheNumbersOfHeartbeats() throws JsonException {
        var replay = new Responses().replay(JsonObject.EMPTY, json(response("completed", "")),
                new StreamState("id", 1, 7, 30));
        assertTrue(((SseEvent.Message) replay.events().getFirst()).data()
                .startsWith("{\"type\":\"response.created\",\"sequence_number\":7,"));
        assertEquals(SseEvent.HEARTBEAT, replay.pause());
    }

    @Test
    void givesAnEmptyOutputToAResponseWithoutOne() throws JsonException {
        var whole = ResponsesAccumulator.of(
                told("{\"id\":\"r\",\"object\":\"response\",\"status\":\"failed\"}", 30));
        assertEquals(JsonArray.EMPTY, whole.get("output"));
    }
}
