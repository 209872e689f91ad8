package fakestream.upstream;

import fakestream.upstream.UpstreamException.Kind;

/// The result of one call: an answer, or the reason why there is none.
///
/// @param status the status that the answer should have come with
record CallResult(UpstreamAnswer answer, UpstreamException failure, int status) {
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
            return Retries.isPassing(status) && !answer.forbidsRetry();
        }
        return failure.kind() == Kind.NOT_SENT || isLost() && ifLost != IfLost.GIVE_UP;
    }

    /// Whether an answer was lost that may already be paid for.
    boolean isLost() {
        return failure != null
                && (failure.kind() == Kind.LOST || failure.kind() == Kind.STALE);
    }

    /// The answer.
    ///
    /// @throws UpstreamException if there is none
    UpstreamAnswer get() throws UpstreamException {
        if (failure != null) {
            throw failure;
        }
        return answer;
    }
}
