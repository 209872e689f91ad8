package fakestream.protocol;

import fakestream.json.JsonObject;
import fakestream.json.JsonValue;

/// A body with a good status that is a failure all the same. Told as an empty answer it would be
/// taken for a success.
public final class InvalidAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ApiError error;

    public InvalidAnswer(ApiError error) {
        super(error.message());
        this.error = error;
    }

    /// One of our own words for it.
    public static InvalidAnswer because(String message) {
        return new InvalidAnswer(ApiError.upstream("upstream_invalid", message));
    }

    /// A stream that broke off, though its connection may have ended well.
    public static InvalidAnswer truncated() {
        return new InvalidAnswer(ApiError.truncated());
    }

    /// The object that a body is, unless it is an error.
    ///
    /// @throws InvalidAnswer where it is an error, or no object
    public static JsonObject object(JsonValue body) throws InvalidAnswer {
        var error = VendorError.find(body);
        if (error.isPresent()) {
            throw new InvalidAnswer(error.get());
        }
        if (!(body instanceof JsonObject object)) {
            throw because("the upstream answered with JSON that is no object");
        }
        return object;
    }

    /// The object that the data of an event is, or an empty one.
    ///
    /// @throws InvalidAnswer where the event tells an error
    public static JsonObject data(SseEvent.Received event) throws InvalidAnswer {
        var data = event.json();
        var error = VendorError.find(event, data);
        if (error.isPresent()) {
            throw new InvalidAnswer(error.get());
        }
        return JsonObject.orEmpty(data);
    }

    /// What the client is told: the upstream's own error where it gave one.
    public ApiError error() {
        return error;
    }
}
