package fakestream.protocol;

import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A failure in Google's form: `code` is the HTTP status, `status` the name that google.rpc.Code
/// has for it, beside the `message` and what else an upstream gave, such as `details`.
final class GenerateContentError {
    /// The words of an error's type and code that tell its status; the first found counts.
    private static final List<Map.Entry<String, Integer>> WORDS = List.of(
            Map.entry("timeout", 504), Map.entry("overload", 503),
            Map.entry("rate_limit", 429), Map.entry("quota", 429),
            Map.entry("api_key", 401), Map.entry("authentication", 401),
            Map.entry("permission", 403), Map.entry("not_found", 404),
            Map.entry("invalid_request", 400), Map.entry("server_error", 500));

    private static final Map<String, Integer> STATUSES = Map.of(
            "INVALID_ARGUMENT", 400, "FAILED_PRECONDITION", 400, "UNAUTHENTICATED", 401,
            "PERMISSION_DENIED", 403, "NOT_FOUND", 404, "RESOURCE_EXHAUSTED", 429,
            "INTERNAL", 500, "UNAVAILABLE", 503, "DEADLINE_EXCEEDED", 504);

    private GenerateContentError() {
    }

    /// The error as a body; the code that an upstream gave is kept where it is a status. OpenAI's
    /// members are left out, whether an upstream gave them or [ApiError#in] added them.
    static JsonObject body(int status, ApiError error) {
        var code = error.status(status);
        var own = error.object().string("status");
        var object = new JsonObject.Builder()
                .add("code", code)
                .add("message", error.message())
                .add("status", own == null ? name(code) : own)
                .addAll(error.object().without("code", "message", "status", "type", "param"))
                .build();
        return new JsonObject.Builder().add("error", object).build();
    }

    /// The status of a failure in mid-stream, which nobody else tells: a bad gateway's, where it
    /// says nothing better itself.
    static int status(ApiError error) {
        var object = error.object();
        if (object.get("code") instanceof JsonString(var code) && code.matches("[45][0-9]{2}")) {
            return Integer.parseInt(code);
        }
        var status = object.string("status");
        if (status != null && STATUSES.containsKey(status)) {
            return STATUSES.get(status);
        }
        var kind = (object.get("type") + " " + object.get("code")).toLowerCase(Locale.ROOT);
        return WORDS.stream().filter(word -> kind.contains(word.getKey()))
                .findFirst().map(Map.Entry::getValue).orElse(502);
    }

    private static String name(int code) {
        return switch (code) {
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 409 -> "ABORTED";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 408, 504 -> "DEADLINE_EXCEEDED";
            case 499 -> "CANCELLED";
            case 501 -> "UNIMPLEMENTED";
            case 502, 503, 529 -> "UNAVAILABLE";
            default -> code < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
        };
    }
}
