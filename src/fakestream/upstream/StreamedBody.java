package fakestream.upstream;

import java.net.http.HttpRequest.BodyPublisher;

/// The body of a request that passes through, piece by piece.
public interface StreamedBody extends BodyPublisher {
    /// Whether it could be sent once more from its beginning.
    boolean canBeSentAgain();
}
