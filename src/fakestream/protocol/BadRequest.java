package fakestream.protocol;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;

/// The client's request is wrong. The error says how; it becomes a 400.
public final class BadRequest extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ApiError error;

    BadRequest(String param, String message) {
        super(message);
        this.error = ApiError.invalidRequest(null, param, message);
    }

    /// Refuses a request in which this member is no array.
    public static void requireArray(JsonObject request, String param) throws BadRequest {
        if (!(request.get(param) instanceof JsonArray)) {
            throw new BadRequest(param, "'" + param + "' must be an array");
        }
    }

    /// The error for the client.
    public ApiError error() {
        return error;
    }
}
