package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/// A failure in OpenAI's form: an object with `message` (always a string), `type`, `param` and
/// `code`, and any other members from the upstream.
///
/// @param object the object under `error`
/// @param status the HTTP status of the failure, from 400 to 599; 0 if nothing names one
public record ApiError(JsonObject object, int status) {
    /// A protobuf Duration in JSON; google.protobuf allows nine digits after the point.
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}(\\.[0-9]{1,9})?)s");

    private static final String RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";

    /// An error of the proxy's own; `param` and `code` may be null.
    public static ApiError of(String type, String code, String param, String message) {
        return of(0, type, code, param, message);
    }

    private static ApiError of(int status, String type, String code, String param, String message) {
        return new ApiError(new JsonObject.Builder()
                .add("message", message)
                .add("type", type)
                .add("param", textOrNull(param))
                .add("code", textOrNull(code))
                .build(), status);
    }

    /// The client's fault.
    public static ApiError invalidRequest(String code, String param, String message) {
        return of("invalid_request_error", code, param, message);
    }

    /// The refusal of a request in which this member is not an array; empty if it is one.
    public static Optional<ApiError> unlessArray(JsonObject request, String param) {
        return request.get(param) instanceof JsonArray ? Optional.empty()
                : Optional.of(invalidRequest(null, param, "'" + param + "' must be an array"));
    }

    /// The upstream's fault, in the proxy's words.
    public static ApiError upstream(String code, String message) {
        return of("upstream_error", code, null, message);
    }

    /// The stream ended too early, whether or not its connection ended cleanly.
    public static ApiError truncated() {
        return upstream("upstream_truncated",
                "the upstream's stream ended before its answer was whole");
    }

    /// The proxy is shutting down.
    public static ApiError shutdown() {
        return of(503, "server_error", "server_shutdown", null, "the proxy is shutting down");
    }

    /// A bug in the proxy.
    public static ApiError bug() {
        return of(500, "server_error", "internal_error", null,
                "fakestream has a bug, and its log says where");
    }

    /// The message, for people.
    public String message() {
        return object.string("message");
    }

    /// The kind of failure, for programs: its code, else its type, else `error`.
    public String code() {
        var code = object.string("code");
        return code != null ? code : Optional.ofNullable(object.string("type")).orElse("error");
    }

    /// Whether the words are the proxy's, because the upstream gave none.
    public boolean isOurs() {
        return object.get("code") instanceof JsonString(var code) && code.startsWith("upstream_");
    }

    /// The status that the error names, else `otherwise`.
    public int status(int otherwise) {
        return status == 0 ? otherwise : status;
    }

    /// The status for a stream that must name one: the error's own, else the status that the words
    /// of its type and code tell, else `otherwise`.
    public int likelyStatus(int otherwise) {
        var told = status(ErrorStatus.byWords(object));
        return told == 0 ? otherwise : told;
    }

    /// How long the upstream asks clients to wait before a retry, from Google's RetryInfo in its
    /// `details` (google/rpc/error_details.proto); empty if it does not say.
    public Optional<Duration> retryDelay() {
        return object.objects("details").stream()
                .filter(detail -> RETRY_INFO.equals(detail.string("@type")))
                .map(detail -> detail.string("retryDelay"))
                .filter(delay -> delay != null && DURATION.matcher(delay).matches())
                .map(delay -> Duration.parse("PT" + delay)).findFirst();
    }

    /// This error as the whole body of a response.
    public JsonObject body() {
        return new JsonObject.Builder().add("error", object).build();
    }

    /// This error for a stream whose HTTP status was 200: if its type and code do not tell its
    /// kind, the status becomes its code.
    public ApiError withStatus(int status) {
        var own = status(status);
        var told = own == 0 || object.get("code") != JsonNull.NULL
                || ErrorStatus.byWords(object) > 0;
        return new ApiError(told ? object
                : object.with("code", new JsonString(Integer.toString(own))), own);
    }

    /// This error with the same status and another object.
    public ApiError with(JsonObject changed) {
        return new ApiError(changed, status);
    }

    private static JsonValue textOrNull(String text) {
        return text == null ? JsonNull.NULL : new JsonString(text);
    }
}
