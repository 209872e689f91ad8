package fakestream.endpoint;

import fakestream.http.Response;
import fakestream.protocol.ApiError;
import fakestream.protocol.Protocol;

/// A failure on the upstream's side, in both forms: as a response while that is still possible, and
/// as an error inside a stream after that.
record Failure(Response reply, ApiError error) {

    /// A failure in the proxy's own words, or an error that came with a good status. An error that
    /// names its own status keeps it.
    ///
    /// @param status for an error that names none
    static Failure of(Protocol protocol, int status, ApiError error) {
        return new Failure(Response.error(protocol, error.status(status), error),
                error.withStatus(error.status()));
    }
}
