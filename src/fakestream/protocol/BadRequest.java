package fakestream.protocol;

/// The client's request is wrong, and this says how: it becomes a 400.
public final class BadRequest extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ApiError error;

    BadRequest(String param, String message) {
        super(message);
        this.error = ApiError.invalidRequest(null, param, message);
    }

    /// What the client is told.
    public ApiError error() {
        return error;
    }
}
