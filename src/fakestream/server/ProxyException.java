package fakestream.server;

import fakestream.protocol.ApiError;
import java.util.Map;

/// The request cannot be served, and this is what the client sees of it. It is only thrown before
/// the response has begun.
final class ProxyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient ApiError error;
    private final transient Map<String, String> headers;

    ProxyException(int status, ApiError error) {
        this(status, error, Map.of());
    }

    ProxyException(int status, ApiError error, Map<String, String> headers) {
        super(error.message());
        this.status = status;
        this.error = error;
        this.headers = headers;
    }

    /// A status of 4xx or 5xx.
    int status() {
        return status;
    }

    /// What went wrong, in whichever form the API has for it.
    ApiError error() {
        return error;
    }

    /// What the response must say beside, such as `Allow`.
    Map<String, String> headers() {
        return headers;
    }
}
