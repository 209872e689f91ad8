package fakestream.protocol;

/// A body with a good status that is a failure all the same. Told as an empty answer it would be
/// taken for a success.
public final class NotAnAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ApiError error;

    NotAnAnswer(ApiError error) {
        super(error.message());
        this.error = error;
    }

    /// One of our own words for it.
    static NotAnAnswer because(String message) {
        return new NotAnAnswer(ApiError.upstream("upstream_invalid", message));
    }

    /// A stream that broke off, though its connection may have ended well.
    static NotAnAnswer truncated() {
        return new NotAnAnswer(ApiError.truncated());
    }

    /// What the client is told: the upstream's own error where it gave one.
    public ApiError error() {
        return error;
    }
}
