package fakestream.upstream;

import fakestream.upstream.UpstreamException.Kind;

/// One try: an answer, or why there is none.
///
/// @param status that the answer should have come with
record CallResult(UpstreamAnswer answer, UpstreamException failure, int status) {
    /// Who may be asked again where a request was sent and its answer was lost: it may be paid for
    /// already (RFC 9110 section 9.2.2).
    enum IfLost {
        /// Nobody.
        GIVE_UP,
        /// The same upstream: it knows the request by its `Idempotency-Key`, and the others do not.
        ASK_AGAIN,
        /// Any upstream: the request costs nothing and changes nothing.
        ASK_ANYBODY
    }

    /// Whether the upstream says itself that it did not answer, or was never asked, or a lost
    /// answer may be asked for again.
    boolean isWorthAnother(IfLost ifLost) {
        if (failure == null) {
            return Retries.isPassing(status) && !answer.forbidsRetry();
        }
        return failure.kind() == Kind.NOT_SENT || isLost() && ifLost != IfLost.GIVE_UP;
    }

    /// Whether an answer was lost that may be paid for.
    boolean isLost() {
        return failure != null
                && (failure.kind() == Kind.LOST || failure.kind() == Kind.STALE);
    }

    /// The answer.
    ///
    /// @throws UpstreamException where there is none
    UpstreamAnswer get() throws UpstreamException {
        if (failure != null) {
            throw failure;
        }
        return answer;
    }
}
