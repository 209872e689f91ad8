package fakestream.protocol.responses;

import static java.util.Map.entry;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.StreamState;
import fakestream.protocol.ToolCalls;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;

/// Reads a body with a good status as a response. A failed response is also an answer: it has an
/// id, a status and the output from before its failure.
final class ResponsesAnswer {
    /// The prefixes of OpenAI's item ids. OpenAI refuses a message, a reasoning or a call that
    /// comes back with another prefix.
    private static final Map<String, String> ID_PREFIXES = Map.ofEntries(
            entry("message", "msg_"), entry("reasoning", "rs_"), entry("compaction", "cmp_"),
            entry("function_call", "fc_"), entry("custom_tool_call", "ctc_"),
            entry("web_search_call", "ws_"), entry("file_search_call", "fs_"),
            entry("tool_search_call", "tsc_"), entry("tool_search_output", "tso_"),
            entry("computer_call", "cu_"), entry("code_interpreter_call", "ci_"),
            entry("image_generation_call", "ig_"), entry("apply_patch_call", "apc_"),
            entry("local_shell_call", "lsh_"), entry("shell_call", "sh_"),
            entry("shell_call_output", "sho_"), entry("mcp_call", "mcp_"),
            entry("mcp_list_tools", "mcpl_"), entry("mcp_approval_request", "mcpr_"));

    private ResponsesAnswer() {
    }

    /// An error beside a status is part of a response; any other error is the whole answer.
    static JsonObject read(JsonValue body) throws InvalidAnswer {
        var isEnded = body instanceof JsonObject ended && ended.string("status") != null
                && isResponse(ended);
        var object = isEnded ? (JsonObject) body : InvalidAnswer.object(body);
        if (!isResponse(object)) {
            throw InvalidAnswer.because("the upstream's answer has no output");
        }
        InvalidAnswer.requireObjects(object.elements("output"), "an item");
        return object;
    }

    private static boolean isResponse(JsonObject body) {
        var output = body.get("output");
        return output instanceof JsonArray || (output == null || output.equals(JsonNull.NULL))
                && "response".equals(body.string("object"));
    }

    /// Adds the members that openai-node needs in every kind of call, or it throws: a list of
    /// items, and an id for each item. The AI SDK drops a call without an id.
    static JsonObject completed(JsonObject response, StreamState state) {
        var items = new ArrayList<JsonValue>();
        for (var item : response.objects("output")) {
            items.add(completed(item, state.id() + "_" + items.size()));
        }
        return identified(response, id(state)).with("output", new JsonArray(items));
    }

    /// The id for a response that has none.
    static String id(StreamState state) {
        return "resp_" + state.id();
    }

    private static JsonObject completed(JsonObject item, String unique) {
        var type = Objects.requireNonNullElse(item.string("type"), "");
        var named = identified(item, ID_PREFIXES.getOrDefault(type, "item_") + unique);
        return switch (type) {
            case "function_call" -> ToolCalls.withTextArguments(callable(named, unique));
            case "custom_tool_call" -> callable(named, unique);
            case "mcp_call" -> ToolCalls.withTextArguments(named);
            default -> named;
        };
    }

    /// Adds a `call_id`, if there is none: the result of the call goes back under it.
    private static JsonObject callable(JsonObject call, String unique) {
        return ToolCalls.hasId(call, "call_id") ? call
                : call.with("call_id", new JsonString("call_" + unique));
    }

    private static JsonObject identified(JsonObject object, String id) {
        return object.get("id") instanceof JsonString(var text) && !text.isEmpty() ? object
                : object.with("id", new JsonString(id));
    }
}
