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
/// `code`, and whatever else an upstream put beside them.
///
/// @param object the object that stands under `error`
/// @param status the HTTP status that the failure has, from 400 to 599; 0 where nothing names one
public record ApiError(JsonObject object, int status) {
    /// A Duration of protobuf in JSON; google.protobuf allows nine digits behind the point.
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}(\\.[0-9]{1,9})?)s");

    private static final String RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";

    /// An error of the proxy's own; `param` and `code` may be null.
    public static ApiError of(String type, String code, String param, String message) {
        return of(0, type, code, param, message);
    }

    private static ApiError of(int status, String type, String code, String param,
            String message) {
        return new ApiError(new JsonObject.Builder()
                .add("message", message)
                .add("type", type)
                .add("param", textOrNull(param))
                .add("code", textOrNull(code))
                .build(), status);
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
        return of(503, "server_error", "server_shutdown", null, "the proxy is shutting down");
    }

    /// A bug of the proxy's own.
    public static ApiError bug() {
        return of(500, "server_error", "internal_error", null,
                "fakestream has a bug, and its log says where");
    }

    /// What went wrong, for people.
    public String message() {
        return object.string("message");
    }

    /// What kind of failure it is, for programs: its code, or else its type, or else `error`.
    public String code() {
        var code = object.string("code");
        return code != null ? code : Optional.ofNullable(object.string("type")).orElse("error");
    }

    /// Whether it was told in the proxy's words, because the upstream had none.
    public boolean isOurs() {
        return object.get("code") instanceof JsonString(var code) && code.startsWith("upstream_");
    }

    /// The status that the error names, and else `otherwise`.
    public int status(int otherwise) {
        return status == 0 ? otherwise : status;
    }

    /// The same where a stream must say one that nobody named: the words of its type and code tell
    /// it, and else it is `otherwise`.
    public int likelyStatus(int otherwise) {
        var told = status(ErrorStatus.byWords(object));
        return told == 0 ? otherwise : told;
    }

    /// How long the upstream wants nobody to try again, by Google's RetryInfo among its `details`
    /// (google/rpc/error_details.proto); empty where it does not say.
    public Optional<Duration> retryDelay() {
        return object.get("details") instanceof JsonArray(var details)
                ? details.stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast)
                        .filter(detail -> RETRY_INFO.equals(detail.string("@type")))
                        .map(detail -> detail.string("retryDelay"))
                        .filter(delay -> delay != null && DURATION.matcher(delay).matches())
                        .map(delay -> Duration.parse("PT" + delay)).findFirst()
                : Optional.empty();
    }

    /// This error as the whole body of a response.
    public JsonObject body() {
        return new JsonObject.Builder().add("error", object).build();
    }

    /// This error for a stream whose status said 200: where its type and code do not tell what
    /// kind it is, the status does, as the code.
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
