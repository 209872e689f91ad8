package fakestream.upstream;

import fakestream.protocol.ApiError;

/// The upstream cannot be reached, is too slow, or answers nonsense. It carries what the client
/// sees: 502 or 504 before the commit, an event of failure after it.
public final class UpstreamException extends Exception {
    private static final long serialVersionUID = 1L;

    /// What another try can do about it.
    enum Kind {
        /// Nothing: it would fail again, or the time is up, or the call was ended from here.
        FINAL,
        /// It may help.
        PASSING,
        /// The connection was lost before anything of a response came: it may have been a stale
        /// one, which a fresh one is not.
        LOST
    }

    private final int status;
    private final transient ApiError error;
    private final Kind kind;

    UpstreamException(Kind kind, int status, String code, String message, Throwable cause) {
        this(kind, status, ApiError.upstream(code, message), cause);
    }

    private UpstreamException(Kind kind, int status, ApiError error, Throwable cause) {
        super(error.message(), cause);
        this.status = status;
        this.error = error;
        this.kind = kind;
    }

    /// A call that is not the upstream's fault: the proxy ends.
    static UpstreamException shutdown(Throwable cause) {
        return new UpstreamException(Kind.FINAL, 503, ApiError.shutdown(), cause);
    }

    /// A body that was read, but is no answer.
    static UpstreamException notAnAnswer(String code, String message) {
        return new UpstreamException(Kind.FINAL, 502, code, message, null);
    }

    /// A body that ended too early.
    static UpstreamException truncated(Throwable cause) {
        return new UpstreamException(Kind.PASSING, 502, "upstream_truncated",
                "the upstream's answer ended before it was whole", cause);
    }

    /// 502, 503 or 504 (RFC 9110 section 15.6).
    public int status() {
        return status;
    }

    /// What the client is told. It holds no host, port or text of the upstream.
    public ApiError error() {
        return error;
    }

    Kind kind() {
        return kind;
    }
}
