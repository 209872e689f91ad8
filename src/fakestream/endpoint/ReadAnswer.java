package fakestream.endpoint;

import fakestream.http.Response;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.Replay;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamEvents;
import fakestream.upstream.UpstreamHead;
import java.util.Optional;

/// An upstream's answer, read as far as its client needs it before anything is sent.
sealed interface ReadAnswer {
    UpstreamHead head();

    /// Whether the upstream sent events.
    default boolean streamed() {
        return this instanceof Live;
    }

    /// A whole answer in the API's form.
    ///
    /// @param original the body as it came; null if its form was another, or for a stream
    record Whole(UpstreamHead head, boolean streamed, JsonObject answer, byte[] original)
            implements ReadAnswer {
    }

    /// The upstream's own stream, for a client that wants one.
    ///
    /// @param events none of them is consumed yet
    /// @param alone the error in the first event
    record Live(UpstreamHead head, UpstreamEvents events, Optional<ApiError> alone)
            implements ReadAnswer {
    }

    /// An answer that is no JSON, such as a sound; it becomes a stream while it comes.
    ///
    /// @param answer its body is not read yet
    record Bytes(UpstreamHead head, UpstreamAnswer answer, Replay.OfBytes replay)
            implements ReadAnswer {
    }

    /// An answer that the client gets as a failure, under any status.
    ///
    /// @param json the body; null if it is no JSON
    /// @param reply the failure as a response, while that is still possible
    /// @param error the failure inside a stream, after that
    record Failed(UpstreamHead head, boolean streamed, JsonValue json, Response reply,
            ApiError error) implements ReadAnswer {
    }
}
