package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Finds the error in an upstream's JSON, in each vendor's form: under an error status, under a
/// good status, and in an event of a stream. Only this class knows these forms.
public final class VendorError {
    /// One of these members holds the answer, if there is any.
    private static final List<String> ANSWERS =
            List.of("choices", "candidates", "output", "content");

    /// The members with an error's text for people. The first with a text counts.
    private static final List<String> TEXTS = List.of("message", "msg", "status_msg", "error_msg",
            "error_description", "errmsg", "errorMessage", "faultstring", "detail", "Message",
            "error", "errors");

    /// The texts that make a body an error if it holds nothing else: Cohere, AWS, FastAPI, Baidu.
    private static final List<String> TEXTS_ALONE =
            List.of("message", "msg", "error_msg", "detail", "Message");

    /// Codes that only errors have: Baidu, and gateways.
    private static final List<String> CODES = List.of("error_code", "errcode", "errorCode");

    /// The members around an error: Tencent, Volcengine, Spark, Apigee.
    private static final List<String> FRAMES =
            List.of("Response", "ResponseMetadata", "header", "fault");

    private static final Pattern ZERO = Pattern.compile("-?0+(\\.0+)?");
    private static final Pattern SUCCESS = Pattern.compile("(?i)0|2[0-9]{2}|ok|success");

    private VendorError() {
    }

    /// The error in a whole body, whatever its status; empty if there is none.
    public static Optional<ApiError> find(JsonValue body) {
        return find(body, true);
    }

    /// The error in an event of a stream; empty if there is none. A lone message is no error here,
    /// because it may report progress.
    ///
    /// @param data the event's data
    public static Optional<ApiError> find(SseEvent.Received event, JsonValue data) {
        return event.type().equals("error") ? Optional.of(in(data)) : find(data, false);
    }

    /// The error in a body that is known to hold one. Missing members of the four are added; other
    /// members stay.
    public static ApiError in(JsonValue body) {
        var object = JsonObject.orEmpty(body);
        return find(body).orElseGet(() -> completed(object.get("error") instanceof JsonObject error
                ? error : object, text(body), ErrorStatus.in(object)));
    }

    /// @param alone whether a text alone makes an error
    private static Optional<ApiError> find(JsonValue body, boolean alone) {
        return switch (body) {
            case JsonObject object -> Optional.ofNullable(error(object, alone))
                    .map(error -> read(object, error));
            case JsonArray(var elements) -> elements.stream().map(element -> find(element, alone))
                    .flatMap(Optional::stream).findFirst();
            case JsonString _, JsonNumber _, JsonBoolean _, JsonNull _ -> Optional.empty();
        };
    }

    /// The part of a body that holds its error: a member, or the body itself; null if there is no
    /// error.
    private static JsonValue error(JsonObject body, boolean alone) {
        var answers = hasAnswer(body);
        var error = body.get("error");
        if (says(error) && !(answers && isSuccess(error))) {
            return error;
        }
        if (body.get("base_resp") instanceof JsonObject minimax
                && says(minimax.get("status_code"))) {
            return minimax;
        }
        if ("error".equals(body.string("object")) || "error".equals(body.string("type"))) {
            return body;
        }
        return answers ? ofChoice(body) : beside(body, alone);
    }

    private static boolean hasAnswer(JsonObject body) {
        for (var name : ANSWERS) {
            if (body.get(name) instanceof JsonArray(var list) && !list.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /// OpenRouter puts an error into a choice, with `error` as its finish reason.
    private static JsonValue ofChoice(JsonObject body) {
        for (var choice : body.objects("choices")) {
            var error = choice.get("error");
            if (says(error) || "error".equals(choice.string("finish_reason"))) {
                return error instanceof JsonObject && says(error) ? error
                        : choice.only("error", "finish_reason", "native_finish_reason");
            }
        }
        return null;
    }

    /// The error in a form without `error`, in a body without an answer.
    private static JsonValue beside(JsonObject body, boolean alone) {
        if (says(body.get("errors"))) {
            return body.get("errors");
        }
        if (JsonBoolean.FALSE.equals(body.get("success"))
                || CODES.stream().anyMatch(name -> says(body.get(name)))) {
            return body;
        }
        for (var name : FRAMES) {
            if (body.get(name) instanceof JsonObject frame) {
                var inner = frame.get("Error") instanceof JsonObject error ? error : frame;
                return says(inner.get("code")) || says(inner.get("Code"))
                        || says(inner.get("faultstring")) ? inner : null;
            }
        }
        var texts = TEXTS_ALONE.stream().anyMatch(name -> text(body.get(name)) != null);
        return texts && !isSuccess(body) && (alone || says(body.get("code"))) ? body : null;
    }

    private static ApiError read(JsonObject body, JsonValue error) {
        return switch (error) {
            case JsonObject object -> completed(object, text(object), status(object, body));
            case JsonArray(var errors) when errors.getFirst() instanceof JsonObject first ->
                    completed(first, text(error), status(first, body));
            case JsonString(var text) when !text.equals(text(body)) ->
                    completed(body, text(body), ErrorStatus.in(body));
            case JsonString _, JsonArray _, JsonNumber _, JsonBoolean _, JsonNull _ ->
                    completed(body.without("error", "errors"), text(body), ErrorStatus.in(body));
        };
    }

    /// All four members of OpenAI's form. Other members stay, except two about the event: its
    /// number, and a type that says only `error`.
    private static ApiError completed(JsonObject error, String text, int status) {
        return new ApiError(new JsonObject.Builder()
                .add("message", text == null ? "the upstream failed: " + error : text)
                .add("type", error.has("type") && !"error".equals(error.string("type"))
                        ? error.get("type") : new JsonString("upstream_error"))
                .add("param", error.has("param") ? error.get("param") : JsonNull.NULL)
                .add("code", error.has("code") ? error.get("code") : JsonNull.NULL)
                .addAll(error.without("message", "type", "param", "code",
                        "sequence_number"))
                .build(), status);
    }

    private static int status(JsonObject error, JsonObject body) {
        var own = ErrorStatus.in(error);
        return own == 0 ? ErrorStatus.in(body) : own;
    }

    /// Whether a value says anything: an upstream in Go sends its error with all members empty.
    private static boolean says(JsonValue value) {
        return switch (value) {
            case null -> false;
            case JsonNull _ -> false;
            case JsonBoolean(var is) -> is;
            case JsonNumber(var text) -> !ZERO.matcher(text).matches();
            case JsonString(var text) -> !text.isEmpty();
            case JsonArray(var elements) -> elements.stream().anyMatch(VendorError::says);
            case JsonObject(var members) -> members.values().stream().anyMatch(VendorError::says);
        };
    }

    /// Whether an object has a success code, as in `{"code":0,"msg":"success"}`.
    private static boolean isSuccess(JsonValue value) {
        return value instanceof JsonObject object && switch (object.get("code")) {
            case JsonNumber(var code) -> SUCCESS.matcher(code).matches();
            case JsonString(var code) -> SUCCESS.matcher(code).matches();
            case null, default -> false;
        };
    }

    /// The text for people in a value; null if there is none. For a validation error (FastAPI) it
    /// names the place.
    private static String text(JsonValue value) {
        return switch (value) {
            case JsonString(var text) when !text.isBlank() -> text;
            case JsonArray(var elements) -> elements.stream().map(VendorError::text)
                    .filter(Objects::nonNull)
                    .collect(Collectors.collectingAndThen(Collectors.joining("; "),
                            text -> text.isEmpty() ? null : text));
            case JsonObject object -> TEXTS.stream().map(name -> text(object.get(name)))
                    .filter(Objects::nonNull).findFirst()
                    .map(text -> object.get("loc") instanceof JsonArray(var place)
                            ? place(place) + ": " + text : text).orElse(null);
            case null, default -> null;
        };
    }

    private static String place(List<JsonValue> place) {
        return place.stream().map(step -> step instanceof JsonString(var name) ? name
                : step.toString()).collect(Collectors.joining("."));
    }
}
