package fakestream.endpoint;

import fakestream.http.Response;
import fakestream.protocol.ApiError;
import fakestream.protocol.Protocol;

/// A failure on the upstream's side, in both forms: as the response that it is while it can still
/// be one, and as the error that is told inside a stream after that.
record Failure(Response reply, ApiError error) {

    /// A failure in the proxy's own words, or in an error's that came with a good status. One that
    /// names its own status has that.
    ///
    /// @param status of one that names none
    static Failure of(Protocol protocol, int status, ApiError error) {
        return new Failure(Response.error(protocol, error.status(status), error),
                error.withStatus(error.status()));
    }
}
