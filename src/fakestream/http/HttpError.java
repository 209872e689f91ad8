package fakestream.http;

import fakestream.protocol.ApiError;
import java.util.Map;

/// The request cannot be served, and the client gets this error. It is only thrown before the
/// response has begun.
public final class HttpError extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient ApiError error;
    private final transient Map<String, String> headers;

    /// Closes the connection after the response, because the bytes left on it cannot be trusted.
    static final Map<String, String> CLOSE = Map.of("Connection", "close");

    public HttpError(int status, ApiError error) {
        this(status, error, Map.of());
    }

    public HttpError(int status, ApiError error, Map<String, String> headers) {
        super(error.message());
        this.status = status;
        this.error = error;
        this.headers = headers;
    }

    /// The request is not valid HTTP.
    static HttpError malformed(String message) {
        return refused(400, "malformed_request", message);
    }

    /// The request's body is longer than MAX_BODY_BYTES.
    public static HttpError tooLarge(int most) {
        return refused(413, "request_too_large",
                "the request's body is larger than " + most + " bytes (MAX_BODY_BYTES)");
    }

    /// An error of the client; the connection closes after the response.
    static HttpError refused(int status, String code, String message) {
        return new HttpError(status, ApiError.invalidRequest(code, null, message), CLOSE);
    }

    /// A status of 4xx or 5xx.
    public int status() {
        return status;
    }

    /// The error; each API has its own form for it.
    public ApiError error() {
        return error;
    }

    /// More headers for the response, such as `Allow`.
    public Map<String, String> headers() {
        return headers;
    }
}
