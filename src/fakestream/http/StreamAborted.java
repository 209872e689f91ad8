package fakestream.http;

import java.io.IOException;

/// A stream that failed after it had begun and was told so. Thrown out of the handler, it makes the
/// JDK's server end the connection without the terminating chunk; closing the exchange instead
/// would look like a clean end, which several clients read as an empty success.
public final class StreamAborted extends IOException {
    private static final long serialVersionUID = 1L;

    public StreamAborted(String reason) {
        super(reason);
    }
}
