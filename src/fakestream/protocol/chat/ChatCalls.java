package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.StreamState;
import fakestream.protocol.ToolCalls;
import java.util.List;

/// Gives the calls of one answer what a stream needs and a whole answer can lack. Clients make up
/// the id of a call in a whole answer, but their stream readers throw at a call without one or take
/// it for malformed; and they join the arguments as text, where some upstreams send an object.
final class ChatCalls {
    private final String idPrefix;
    private int made;

    /// The id of a stream has 24 characters, so that no id of a call has more than the 40 that
    /// OpenAI takes back.
    private ChatCalls(StreamState state) {
        this.idPrefix = "call_" + state.id() + "_";
    }

    /// Returns the choices of an answer and completes their tool calls. Each id that it makes is
    /// unique, in the answer and among all streams.
    static List<JsonObject> completed(JsonObject answer, StreamState state) {
        var calls = new ChatCalls(state);
        return answer.objects("choices").stream().map(calls::choice).toList();
    }

    private JsonObject choice(JsonObject choice) {
        return choice.get("message") instanceof JsonObject message
                ? choice.with("message", message(message)) : choice;
    }

    private JsonObject message(JsonObject message) {
        var told = message;
        if (message.get("function_call") instanceof JsonObject call) {
            told = told.with("function_call", ToolCalls.withTextArguments(call));
        }
        if (message.get("tool_calls") instanceof JsonArray(var calls)) {
            told = told.with("tool_calls", new JsonArray(calls.stream().map(this::call).toList()));
        }
        return told;
    }

    private JsonValue call(JsonValue value) {
        if (!(value instanceof JsonObject call)) {
            return value;
        }
        var named = ToolCalls.hasId(call, "id") ? call
                : call.with("id", new JsonString(idPrefix + made++));
        return call.get("function") instanceof JsonObject function
                ? named.with("function", ToolCalls.withTextArguments(function)) : named;
    }
}
