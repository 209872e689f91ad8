package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.List;

/// Tells a failure as OpenAI does: an `error` event that holds the error as an object, because
/// openai-node says nothing clear of a flat one, and then the response that failed.
final class ResponsesFailure {
    private ResponsesFailure() {
    }

    static List<SseEvent> of(JsonObject request, ApiError error, Telling telling) {
        var events = new ResponsesEvents(telling.beats());
        events.add("error", new JsonObject.Builder().add("error", error.object()));
        events.add("response.failed",
                new JsonObject.Builder().add("response", failed(request, error, telling)));
        return events.all();
    }

    private static JsonObject failed(JsonObject request, ApiError error, Telling telling) {
        var response = new JsonObject.Builder()
                .add("id", ResponsesAnswer.id(telling))
                .add("object", "response")
                .add("created_at", telling.created())
                .add("status", "failed")
                .add("error", new JsonObject.Builder().add("code", code(error))
                        .add("message", error.message()).build())
                .add("incomplete_details", JsonNull.NULL);
        if (request.has("model")) {
            response.add("model", request.get("model"));
        }
        return response.add("output", JsonArray.EMPTY).add("usage", JsonNull.NULL).build();
    }

    /// A response's error has a text as its code, and nothing else that tells its kind.
    private static JsonValue code(ApiError error) {
        return switch (error.object().get("code")) {
            case JsonString code -> code;
            case null -> kind(error);
            case JsonNull _ -> kind(error);
            case JsonValue other -> new JsonString(other.toString());
        };
    }

    private static JsonValue kind(ApiError error) {
        var type = error.object().string("type");
        return new JsonString(type == null ? "server_error" : type);
    }
}
