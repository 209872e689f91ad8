package fakestream.protocol.messages;

import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import java.util.Set;

/// A failure in Anthropic's form: `{"type":"error","error":{"type","message"}}`. Other members of
/// the error stand beside these two.
final class MessagesError {
    /// The proxy's own error types, unknown to Anthropic.
    private static final Set<String> OWN_TYPES = Set.of("upstream_error", "server_error");

    private static final String INVALID_REQUEST = "invalid_request_error";

    private MessagesError() {
    }

    /// Keeps the upstream's type. The status sets the type of the proxy's own errors, and of an
    /// `invalid_request_error` below 500, because Anthropic has more exact names.
    static JsonObject.Builder of(int status, ApiError error) {
        var object = error.object();
        var type = object.string("type");
        var own = type == null || OWN_TYPES.contains(type)
                || type.equals(INVALID_REQUEST) && status < 500;
        var clean = new JsonObject.Builder().add("type", own ? type(status) : type);
        object.without("type").members().forEach((name, value) -> {
            if (!isPadding(name, value, error)) {
                clean.add(name, value);
            }
        });
        return MessagesEvent.data("error").add("error", clean.build());
    }

    /// Whether OpenAI's form added the member (see [ApiError]): a null, or the status as a code.
    private static boolean isPadding(String name, JsonValue value, ApiError error) {
        return (name.equals("param") || name.equals("code")) && value.equals(JsonNull.NULL)
                || name.equals("code") && value instanceof JsonString(var code)
                        && code.equals(Integer.toString(error.status()));
    }

    /// Anthropic's error type for a status (docs.anthropic.com, "Errors").
    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503, 529 -> "overloaded_error";
            case 504 -> "timeout_error";
            default -> status < 500 ? INVALID_REQUEST : "api_error";
        };
    }
}
