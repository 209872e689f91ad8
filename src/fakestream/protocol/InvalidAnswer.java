package fakestream.protocol;

import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import java.util.List;
import java.util.Optional;

/// A body with a good status that is still a failure. Sent on as an empty answer, it would look
/// like a success.
public final class InvalidAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ApiError error;

    public InvalidAnswer(ApiError error) {
        super(error.message());
        this.error = error;
    }

    /// An invalid answer, described in our own words.
    public static InvalidAnswer because(String message) {
        return new InvalidAnswer(ApiError.upstream("upstream_invalid", message));
    }

    /// The stream broke off, whether or not its connection ended cleanly.
    public static InvalidAnswer truncated() {
        return new InvalidAnswer(ApiError.truncated());
    }

    /// The body as an object.
    ///
    /// @throws InvalidAnswer if the body is an error, or no object
    public static JsonObject object(JsonValue body) throws InvalidAnswer {
        refuse(VendorError.find(body));
        if (!(body instanceof JsonObject object)) {
            throw because("the upstream answered with JSON that is no object");
        }
        return object;
    }

    /// Refuses an answer with an element that is no object.
    ///
    /// @param element the name of an element, with its article
    public static void requireObjects(List<JsonValue> elements, String element)
            throws InvalidAnswer {
        if (!elements.stream().allMatch(JsonObject.class::isInstance)) {
            throw because("the upstream's answer has " + element + " that is no object");
        }
    }

    /// The data of an event as an object; empty if the data is no object.
    ///
    /// @throws InvalidAnswer if the event tells an error
    public static JsonObject data(SseEvent.Received event) throws InvalidAnswer {
        var data = event.json();
        refuse(VendorError.find(event, data));
        return JsonObject.orEmpty(data);
    }

    private static void refuse(Optional<ApiError> error) throws InvalidAnswer {
        if (error.isPresent()) {
            throw new InvalidAnswer(error.get());
        }
    }

    /// The error for the client: the upstream's own if it gave one.
    public ApiError error() {
        return error;
    }
}
