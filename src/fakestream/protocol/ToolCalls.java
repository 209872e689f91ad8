package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;

/// Reads the tool calls of any API in the form that its clients' stream readers need.
public final class ToolCalls {
    private ToolCalls() {
    }

    /// Whether the member has a value other than null and an empty text.
    public static boolean hasId(JsonObject object, String name) {
        return switch (object.get(name)) {
            case null -> false;
            case JsonNull _ -> false;
            case JsonString(var text) -> !text.isEmpty();
            default -> true;
        };
    }

    /// The call with its `arguments` as JSON text if they were an object or a list: stream readers
    /// join them as text.
    public static JsonObject withTextArguments(JsonObject call) {
        var arguments = call.get("arguments");
        return arguments instanceof JsonObject || arguments instanceof JsonArray
                ? call.with("arguments", new JsonString(arguments.toString())) : call;
    }
}
