package fakestream.http;

import java.io.IOException;

/// A stream failed after it had begun, and the client was told. If a handler throws this, it makes
/// the JDK's server close the connection without the terminating chunk; closing the exchange
/// instead would look like a clean end, which several clients read as an empty success.
public final class StreamAborted extends IOException {
    private static final long serialVersionUID = 1L;

    public StreamAborted(String reason) {
        super(reason);
    }
}
