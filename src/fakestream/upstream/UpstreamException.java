package fakestream.upstream;

import fakestream.http.ByteBudget;
import fakestream.protocol.ApiError;
import javax.net.ssl.SSLException;

/// The upstream is unreachable, too slow, or sends an invalid answer. The exception carries what
/// the client sees: 502 or 504 before the commit, a failure event after it.
public final class UpstreamException extends Exception {
    private static final long serialVersionUID = 1L;

    /// How far the call had come; this decides whether another may follow (RFC 9110 section 9.2.2):
    /// a model may be paid for as soon as it was asked.
    enum Kind {
        /// Nothing was sent: another call costs nothing.
        NOT_SENT,
        /// A kept connection was closed before it carried the request: as soon as something was
        /// sent on it, and before a byte came back. A call on a new connection may succeed.
        STALE,
        /// The request was sent, and its whole answer did not come.
        LOST,
        /// The request was sent, and no head of an answer came in time: another upstream may be
        /// asked, because the operator accepts that both answers may be paid for.
        SLOW,
        /// Another call would fail too, the time is up, or this side ended the call.
        FINAL
    }

    /// Why this side ended a call.
    enum End {
        /// The client left, or the answer is no longer wanted.
        CANCELLED(502, ApiError.upstream("upstream_cancelled",
                "the call to the upstream was cancelled")),
        /// The proxy shuts down; the upstream is not at fault.
        SHUTDOWN(503, ApiError.shutdown()),
        /// No head of an answer came within UPSTREAM_FIRST_BYTE_TIMEOUT_MS.
        SLOW(504, ApiError.upstream("upstream_timeout",
                "the upstream did not begin to answer in time")),
        /// The proxy on the way opened no tunnel in time; [CallFailure] has the error.
        NO_TUNNEL(504, ApiError.upstream("upstream_proxy",
                "no connection to the upstream could be made through the proxy on the way")),
        /// The body stopped coming.
        IDLE(504, ApiError.upstream("upstream_timeout",
                "the upstream fell silent in the middle of its answer")),
        /// The call took too long in all.
        TIMEOUT(504, ApiError.upstream("upstream_timeout",
                "the upstream did not answer in time"));

        private final int status;
        private final ApiError error;

        End(int status, ApiError error) {
            this.status = status;
            this.error = error;
        }
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

    static UpstreamException ended(End how, Throwable cause) {
        return new UpstreamException(how == End.SLOW ? Kind.SLOW : Kind.FINAL, how.status,
                how.error, cause);
    }

    /// The client left, or the answer is no longer wanted.
    public static UpstreamException cancelled(Throwable cause) {
        return ended(End.CANCELLED, cause);
    }

    /// The upstream sent something that is no answer.
    static UpstreamException notAnAnswer(String code, String message) {
        return new UpstreamException(Kind.FINAL, 502, code, message, null);
    }

    /// The body is larger than MAX_UPSTREAM_BYTES, or declares that it is.
    public static UpstreamException tooLarge() {
        return notAnAnswer("upstream_too_large",
                "the upstream's answer is larger than MAX_UPSTREAM_BYTES");
    }

    /// There is no memory for an answer.
    ///
    /// @param grant the reason; not [ByteBudget.Grant#GIVEN]
    /// @param most the bytes that MAX_UPSTREAM_BYTES allows
    static UpstreamException noRoom(ByteBudget.Grant grant, ByteBudget.Hold hold, int most) {
        return switch (grant) {
            case GIVEN -> throw new IllegalArgumentException("it was given");
            case NEVER -> hold.longestBody() >= most ? tooLarge()
                    : notAnAnswer("upstream_too_large", "the upstream's answer is larger than "
                    + hold.longestBody() + " bytes, the longest that fits into the memory for "
                    + "answers (BODY_MEMORY_MIB)");
            case LATE -> new UpstreamException(Kind.FINAL, 503, ApiError.of("server_error",
                    "overloaded", null, "the memory for answers was full all the time "
                    + "(BODY_MEMORY_MIB)"), null);
            case ENDED -> cancelled(null);
        };
    }

    /// The body ended too early.
    static UpstreamException truncated(Throwable cause) {
        return new UpstreamException(Kind.LOST, 502, "upstream_truncated",
                "the upstream's answer ended before it was whole", cause);
    }

    /// 502, 503 or 504 (RFC 9110 section 15.6).
    public int status() {
        return status;
    }

    /// The error for the client. It holds no host, port or text of the upstream.
    public ApiError error() {
        return error;
    }

    Kind kind() {
        return kind;
    }

    /// The JDK's message about the cause; it may name the upstream.
    String reason() {
        var cause = getCause();
        while (cause.getCause() != null && !(cause instanceof SSLException)) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
