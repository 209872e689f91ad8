package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads a body with a good status as a response. One that failed is an answer all the same: it
/// has an id, a status and what was told before it failed.
final class ResponsesAnswer {
    /// The items that openai-node 7 takes without an id.
    private static final Set<String> WITHOUT_ID = Set.of("function_call", "custom_tool_call");

    private ResponsesAnswer() {
    }

    static JsonObject read(JsonValue body) throws NotAnAnswer {
        var object = isEnded(body) ? (JsonObject) body : NotAnAnswer.object(body);
        if (!isResponse(object)) {
            throw NotAnAnswer.because("the upstream's answer has no output");
        }
        for (var item : items(object)) {
            if (!(item instanceof JsonObject)) {
                throw NotAnAnswer.because("the upstream's answer has an item that is no object");
            }
        }
        return object;
    }

    /// An error beside a status is part of a response; one alone is all there is.
    private static boolean isEnded(JsonValue body) {
        return body instanceof JsonObject object && object.string("status") != null
                && isResponse(object);
    }

    private static boolean isResponse(JsonObject body) {
        return switch (body.get("output")) {
            case JsonArray _ -> true;
            case JsonNull _ -> "response".equals(body.string("object"));
            case null -> "response".equals(body.string("object"));
            default -> false;
        };
    }

    /// The response with what openai-node throws without, in whichever way it is asked: a list of
    /// items, and an id for each of them.
    static JsonObject completed(JsonObject response, Telling telling) {
        var items = new ArrayList<JsonValue>();
        for (var item : items(response)) {
            items.add(item instanceof JsonObject object
                    ? identified(object, telling.id() + "_" + items.size()) : item);
        }
        return response.with("output", new JsonArray(items));
    }

    /// The items of a response.
    static List<JsonValue> items(JsonObject response) {
        return response.get("output") instanceof JsonArray(var items) ? items : List.of();
    }

    private static JsonObject identified(JsonObject item, String id) {
        if (item.get("id") instanceof JsonString(var text) && !text.isEmpty()) {
            return item;
        }
        var type = item.string("type");
        return type != null && WITHOUT_ID.contains(type) ? item.without("id")
                : item.with("id", new JsonString(id));
    }
}
