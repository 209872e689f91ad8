package fakestream.endpoint;

import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import java.time.Duration;
import java.util.Optional;

/// Reads an answer before any of it is sent on, as far as it takes to judge it.
///
/// @param <T> the answer as it was read
@FunctionalInterface
public interface AnswerReader<T> {
    /// An answer and the judgement of it.
    ///
    /// @param status the status that the answer should have come with. If that status may pass,
    ///     such as 502, the request is tried again if that is still allowed.
    /// @param delay how long its error asks to wait before another try; empty if it does not say
    record Judged<T>(T answer, int status, Optional<Duration> delay) {
        /// The same judgement of the answer in another form.
        public <S> Judged<S> with(S other) {
            return new Judged<>(other, status, delay);
        }
    }

    /// Reads an answer: one with a good status at once, and any other if no try follows.
    ///
    /// @throws UpstreamException if the body breaks off
    Judged<T> read(UpstreamAnswer answer) throws UpstreamException;
}
