package fakestream.protocol.gemini;

import fakestream.json.JsonObject;
import fakestream.protocol.ApiError;

/// A failure in Google's form: `code` is the HTTP status, `status` its name in google.rpc.Code.
/// `message` and the upstream's other members, such as `details`, stand beside them.
final class GenerateContentError {
    private GenerateContentError() {
    }

    /// The error as a body. It keeps the upstream's code if that is a status. It omits OpenAI's
    /// members, whether the upstream or `VendorError#in` added them.
    static JsonObject body(int status, ApiError error) {
        var code = error.status(status);
        var own = error.object().string("status");
        return error.with(new JsonObject.Builder()
                .add("code", code)
                .add("message", error.message())
                .add("status", own != null && own.matches("[A-Z_]+") ? own : name(code))
                .addAll(error.object().without("code", "message", "status", "type", "param"))
                .build()).body();
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
