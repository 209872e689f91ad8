package fakestream.protocol.responses;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Sends a failure as OpenAI does: an `error` event, then the failed response. The `error` event
/// has both of OpenAI's forms: an object, because openai-node gives no clear message for a flat
/// error, and the flat members of the schema, because @ai-sdk/xai reads nothing else.
final class ResponsesFailure {
    /// Codex 0.171 gives up at these codes; at any other code it retries five times (tested).
    private static final Set<String> FINAL = Set.of("invalid_prompt", "context_length_exceeded",
            "insufficient_quota", "usage_not_included");

    /// The statuses below 500 after which the same request may succeed later.
    private static final Set<Integer> PASSING = Set.of(408, 409, 425, 429);

    private ResponsesFailure() {
    }

    static List<SseEvent> of(JsonObject request, ApiError error, StreamState state) {
        var events = new ResponsesEvents(state.beats());
        events.add("error", new JsonObject.Builder().add("code", textOrNull(error, "code"))
                .add("message", error.message()).add("param", textOrNull(error, "param"))
                .add("error", error.object()));
        events.add("response.failed",
                new JsonObject.Builder().add("response", failed(request, error, state)));
        return events.all();
    }

    private static JsonObject failed(JsonObject request, ApiError error, StreamState state) {
        return new JsonObject.Builder()
                .add("id", ResponsesAnswer.id(state))
                .add("object", "response")
                .add("created_at", state.created())
                .add("status", "failed")
                .add("error", new JsonObject.Builder().add("code", code(error))
                        .add("message", error.message()).build())
                .add("incomplete_details", JsonNull.NULL)
                .addAll(request.only("model"))
                .add("output", JsonArray.EMPTY).add("usage", JsonNull.NULL).build();
    }

    /// The error of a response has only its `code`, a string, to say its kind. If the request
    /// itself is at fault, the code says so.
    private static JsonValue code(ApiError error) {
        var type = error.object().string("type");
        var code = textOrNull(error, "code") instanceof JsonString(var text) ? text
                : Objects.requireNonNullElse(type, "server_error");
        var status = error.likelyStatus(502);
        var mayPass = status >= 500 || PASSING.contains(status);
        return new JsonString(mayPass || FINAL.contains(code) ? code : "invalid_prompt");
    }

    private static JsonValue textOrNull(ApiError error, String name) {
        var value = error.object().get(name);
        return value == null ? JsonNull.NULL
                : value instanceof JsonString || value.equals(JsonNull.NULL) ? value
                : new JsonString(value.toString());
    }
}
