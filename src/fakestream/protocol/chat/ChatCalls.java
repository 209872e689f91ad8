package fakestream.protocol.chat;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.StreamState;
import fakestream.protocol.ToolCalls;
import java.util.List;

/// Completes the tool calls of a whole answer for its stream. Clients make up the id of a call in a
/// whole answer, but their stream readers throw at a call without an id or take it for malformed.
/// They also join the arguments as text, but some upstreams send an object.
final class ChatCalls {
    private final String idPrefix;
    private int made;

    /// The id of a stream has 24 characters, so that the id of a call has at most the 40 that
    /// OpenAI takes back.
    private ChatCalls(StreamState state) {
        this.idPrefix = "call_" + state.id() + "_";
    }

    /// The choices of an answer with complete tool calls. Each new id is unique, in the answer and
    /// among all streams.
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
