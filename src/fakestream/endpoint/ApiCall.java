package fakestream.endpoint;

import fakestream.protocol.Protocol;
import fakestream.stream.Framing;
import java.util.Optional;

/// What a client asks for, as its path has it.
///
/// @param whole the upstream's endpoint for a whole answer
/// @param streamed the upstream's endpoint for its own stream
/// @param model where the path names it and not the request
/// @param framing of the stream that the client gets
public record ApiCall(Protocol protocol, String whole, String streamed, Optional<String> model,
        Framing framing) {

    /// An API in which the request itself says what model and whether to stream.
    public static ApiCall of(Protocol protocol, String endpoint) {
        return new ApiCall(protocol, endpoint, endpoint, Optional.empty(), Framing.EVENTS);
    }

    /// Whether the path is one that always streams.
    boolean alwaysStreams() {
        return !whole.equals(streamed);
    }
}
