package fakestream.endpoint;

import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.upstream.UpstreamEvents;
import fakestream.upstream.UpstreamHead;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// An upstream's answer, read as far as its client needs it before anything is sent.
sealed interface ReadAnswer {
    UpstreamHead head();

    /// Whether the upstream sent events.
    boolean streamed();

    /// A whole answer in the API's form.
    ///
    /// @param original the answer as it came; null if it came in another form, or the client wants
    ///     a stream
    record Whole(UpstreamHead head, boolean streamed, JsonObject answer, byte[] original)
            implements ReadAnswer {
        /// The answer as the body of a response.
        byte[] bytes() {
            return original != null ? original
                    : answer.toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    /// The upstream's own stream, for a client that wants one.
    ///
    /// @param events of which none is consumed
    /// @param alone the error in the first event
    record Live(UpstreamHead head, UpstreamEvents events, Optional<ApiError> alone)
            implements ReadAnswer {
        @Override
        public boolean streamed() {
            return true;
        }
    }

    /// An answer that the client gets as a failure, under any status.
    ///
    /// @param json the body; null if it is no JSON
    record Failed(UpstreamHead head, boolean streamed, JsonValue json, Failure failure)
            implements ReadAnswer {
    }
}
