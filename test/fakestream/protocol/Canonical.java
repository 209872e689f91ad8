package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// The part of a whole answer that its stream must return: everything except the losses and repairs
/// that WIRE.md lists. It follows WIRE.md sections 0 and 2, not our code.
public final class Canonical {
    private Canonical() {
    }

    /// The answer with its id, created and model filled in, and its choices by index.
    public static JsonObject of(JsonObject request, JsonObject answer, StreamState state) {
        var result = answer.without("object", "error", "obfuscation");
        var id = answer.string("id");
        if (state.begun() || id == null || id.isEmpty()) {
            result = result.with("id", new JsonString("chatcmpl-" + state.id()));
        }
        if (isNothing(answer.get("created"))) {
            result = result.with("created", JsonNumber.of(0));
        }
        if (isNothing(answer.get("model"))) {
            result = result.with("model", request.get("model"));
        }
        if (isNothing(answer.get("usage"))) {
            result = result.without("usage");
        }
        var choices = choices(((JsonArray) answer.get("choices")).elements(), state.id());
        return result.with("choices", new JsonArray(choices.stream().map(choice ->
                (JsonValue) (state.begun() ? opened(choice) : choice)).toList()));
    }

    /// A heartbeat that opens the stream sends the first choice's role before it is known.
    private static JsonObject opened(JsonObject choice) {
        return choice.get("index").equals(JsonNumber.of(0)) ? choice.with("message",
                ((JsonObject) choice.get("message")).with("role", new JsonString("assistant")))
                : choice;
    }

    /// A choice without an index gets its position; if two indices are equal, all choices do.
    private static List<JsonObject> choices(List<JsonValue> original, String id) {
        var choices = new ArrayList<JsonObject>();
        var seen = new HashSet<JsonValue>();
        var made = new AtomicInteger();
        Supplier<String> ids = () -> "call_" + id + "_" + made.getAndIncrement();
        for (int i = 0; i < original.size(); i++) {
            var choice = (JsonObject) original.get(i);
            choices.add(choice(choice.has("index") ? choice
                    : choice.with("index", JsonNumber.of(i)), ids));
            seen.add(choices.getLast().get("index"));
        }
        for (int i = 0; seen.size() < choices.size() && i < choices.size(); i++) {
            choices.set(i, choices.get(i).with("index", JsonNumber.of(i)));
        }
        choices.sort(Comparator.comparing(choice -> choice.get("index").toString()));
        return choices;
    }

    private static JsonObject choice(JsonObject choice, Supplier<String> ids) {
        var message = choice.get("message") instanceof JsonObject object ? object
                : JsonObject.EMPTY;
        var reason = choice.string("finish_reason");
        var calls = message.get("tool_calls") instanceof JsonArray(var list) && !list.isEmpty();
        return choice.with("message", message(message, ids)).with("finish_reason",
                new JsonString(reason != null && !reason.isEmpty() ? reason
                        : calls ? "tool_calls" : "stop"));
    }

    /// Fills in the role. Drops calls and audio that are null or an empty list, and a function call
    /// without a name.
    private static JsonObject message(JsonObject message, Supplier<String> ids) {
        var result = message;
        for (var name : List.of("function_call", "tool_calls", "audio")) {
            result = isNothing(message.get(name)) || JsonArray.EMPTY.equals(message.get(name))
                    ? result.without(name) : result;
        }
        var role = message.string("role");
        result = role == null || role.isEmpty()
                ? result.with("role", new JsonString("assistant")) : result;
        if (message.get("function_call") instanceof JsonObject call
                && (call.string("name") == null || call.string("name").isEmpty())) {
            result = result.without("function_call");
        }
        result = withTextArguments(result, "function_call");
        return result.get("tool_calls") instanceof JsonArray(var calls)
                ? result.with("tool_calls", new JsonArray(calls.stream()
                        .map(call -> (JsonValue) toolCall((JsonObject) call, ids)).toList()))
                : result;
    }

    /// A call loses its index. It gets an id if it has none, and the type of a function call.
    private static JsonObject toolCall(JsonObject call, Supplier<String> ids) {
        var result = withTextArguments(call.without("index"), "function");
        if (isNothing(call.get("id")) || "".equals(call.string("id"))) {
            result = result.with("id", new JsonString(ids.get()));
        }
        return call.has("function") && isNothing(call.get("type"))
                ? result.with("type", new JsonString("function")) : result;
    }

    /// Arguments become a text, even if they are an object or a list.
    private static JsonObject withTextArguments(JsonObject parent, String name) {
        if (!(parent.get(name) instanceof JsonObject call)) {
            return parent;
        }
        return switch (call.get("arguments")) {
            case JsonObject json -> parent.with(name, call.with("arguments", text(json)));
            case JsonArray json -> parent.with(name, call.with("arguments", text(json)));
            case null, default -> parent;
        };
    }

    private static JsonString text(JsonValue json) {
        return new JsonString(json.toString());
    }

    private static boolean isNothing(JsonValue value) {
        return value == null || value.equals(JsonNull.NULL);
    }
}
