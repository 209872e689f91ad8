package fakestream.protocol;

import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.List;
import java.util.Locale;

/// A failure in OpenAI's form: an object with `message` (always a string), `type`, `param` and
/// `code`, and whatever else an upstream put beside them.
///
/// @param object the object that stands under `error`
public record ApiError(JsonObject object) {
    /// The words by which the AI SDK tells an error's kind (`openai-stream-error.ts`); where there
    /// is none of them it looks for a status in `code`.
    private static final List<String> TELLING_WORDS = List.of("quota", "rate_limit",
            "authentication", "permission", "not_found", "invalid", "bad_request",
            "context_length", "overload", "timeout");

    /// An error of the proxy's own; `param` and `code` may be null.
    public static ApiError of(String type, String code, String param, String message) {
        return new ApiError(new JsonObject.Builder()
                .add("message", message)
                .add("type", type)
                .add("param", textOrNull(param))
                .add("code", textOrNull(code))
                .build());
    }

    /// The client's own fault.
    public static ApiError invalidRequest(String code, String param, String message) {
        return of("invalid_request_error", code, param, message);
    }

    /// The upstream's fault, in the proxy's words.
    public static ApiError upstream(String code, String message) {
        return of("upstream_error", code, null, message);
    }

    /// A stream that ended too early, though its connection may have ended well.
    public static ApiError truncated() {
        return upstream("upstream_truncated",
                "the upstream's stream ended before its answer was whole");
    }

    /// The proxy itself ends.
    public static ApiError shutdown() {
        return of("server_error", "server_shutdown", null, "the proxy is shutting down");
    }

    /// A bug of the proxy's own.
    public static ApiError bug() {
        return of("server_error", "internal_error", null,
                "fakestream has a bug, and its log says where");
    }

    /// The error that an upstream's JSON holds: an object or a text under `error`, as OpenAI and
    /// most others send it, or else the object itself (old vLLM, FastAPI). What is missing of
    /// the four members is added, what else there is stays.
    public static ApiError in(JsonObject body) {
        return switch (body.get("error")) {
            case JsonObject error -> completed(error);
            case JsonString(var message) -> completed(body.without("error")
                    .with("message", new JsonString(message)));
            case null, default -> completed(body);
        };
    }

    /// What went wrong, for people.
    public String message() {
        return object.string("message");
    }

    /// Whether it was told in the proxy's words, because the upstream had none.
    public boolean isOurs() {
        return object.get("code") instanceof JsonString(var code) && code.startsWith("upstream_");
    }

    /// The status that the error's own code names (OpenRouter, Google), and else `otherwise`.
    public int status(int otherwise) {
        return object.get("code") instanceof JsonNumber(var code) && code.matches("[45][0-9]{2}")
                ? Integer.parseInt(code) : otherwise;
    }

    /// This error as the whole body of a response.
    public JsonObject body() {
        return new JsonObject.Builder().add("error", object).build();
    }

    /// This error for a stream whose status said 200: where its type and code do not tell what
    /// kind it is, the status does, as the code.
    public ApiError withStatus(int status) {
        var kind = (object.get("type") + " " + object.get("code")).toLowerCase(Locale.ROOT);
        var told = object.get("code") != JsonNull.NULL
                || TELLING_WORDS.stream().anyMatch(kind::contains);
        return told ? this : new ApiError(
                object.with("code", new JsonString(Integer.toString(status))));
    }

    private static ApiError completed(JsonObject error) {
        var message = error.string("message");
        return new ApiError(new JsonObject.Builder()
                .add("message", message == null ? otherText(error) : message)
                .add("type", error.has("type") ? error.get("type")
                        : new JsonString("upstream_error"))
                .add("param", error.has("param") ? error.get("param") : JsonNull.NULL)
                .add("code", error.has("code") ? error.get("code") : JsonNull.NULL)
                .addAll(error.without("message", "type", "param", "code"))
                .build());
    }

    /// FastAPI says `detail` for `message`; else the error itself is the best that can be said.
    private static String otherText(JsonObject error) {
        var detail = error.string("detail");
        return detail == null ? "the upstream failed: " + error : detail;
    }

    private static JsonValue textOrNull(String text) {
        return text == null ? JsonNull.NULL : new JsonString(text);
    }
}
