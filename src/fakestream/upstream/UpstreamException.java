package fakestream.upstream;

import fakestream.protocol.ApiError;

/// The upstream cannot be reached, is too slow, or answers nonsense. It carries what the client
/// sees: 502 or 504 before the commit, an event of failure after it.
public final class UpstreamException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient ApiError error;

    UpstreamException(int status, String code, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
        this.error = ApiError.upstream(code, message);
    }

    /// A body that was read, but is no answer.
    public static UpstreamException notAnAnswer(String code, String message) {
        return new UpstreamException(502, code, message, null);
    }

    /// 502 or 504 (RFC 9110 section 15.6).
    public int status() {
        return status;
    }

    /// What the client is told. It holds no host, port or text of the upstream.
    public ApiError error() {
        return error;
    }
}
