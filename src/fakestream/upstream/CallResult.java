package fakestream.upstream;

import fakestream.upstream.AnswerReader.Judged;
import fakestream.upstream.UpstreamException.Kind;
import java.time.Duration;
import java.util.Optional;

/// The result of one call: an answer, or the reason why there is none.
///
/// @param judged the answer as it was read; null if it has no good status
record CallResult<T>(UpstreamAnswer answer, Judged<T> judged, UpstreamException failure) {
    /// Where to ask again after a request was sent and its answer was lost: the answer may already
    /// be paid for (RFC 9110 section 9.2.2).
    enum IfLost {
        /// Nowhere.
        GIVE_UP,
        /// The same upstream: only it knows the request by its `Idempotency-Key`.
        ASK_AGAIN,
        /// Any upstream: the request costs nothing and changes nothing.
        ASK_ANYBODY
    }

    /// Whether another call may follow: the upstream itself says that it did not answer, it was
    /// never asked, or a lost answer may be asked for again.
    boolean isWorthAnother(IfLost ifLost) {
        if (failure == null) {
            return Retries.isPassing(judged == null ? answer.head().status() : judged.status())
                    && !answer.head().forbidsRetry();
        }
        return failure.kind() == Kind.NOT_SENT || isLost() && ifLost != IfLost.GIVE_UP;
    }

    /// Whether an answer was lost that may already be paid for.
    boolean isLost() {
        return failure != null
                && (failure.kind() == Kind.LOST || failure.kind() == Kind.STALE);
    }

    /// How long the answer's body asks to wait before another try; empty if it does not say.
    Optional<Duration> delay() {
        return judged == null ? answer.retryAfter() : judged.delay();
    }

    /// The answer, read now if it was not read yet.
    ///
    /// @throws UpstreamException if there is none, or its body breaks off
    T get(AnswerReader<T> reader) throws UpstreamException {
        if (failure != null) {
            throw failure;
        }
        return (judged == null ? reader.read(answer) : judged).answer();
    }
}
