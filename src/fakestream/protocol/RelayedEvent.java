package fakestream.protocol;

import java.util.List;

/// An event of an upstream's own stream, ready to be relayed.
///
/// @param event the event for the client; null for none
/// @param pause the heartbeat for a pause after it; null if the event is no part of the answer's
///     stream, and the heartbeat stays as it was
/// @param progress how far the upstream's stream has come
/// @param choices the choices in the event, if the API has several
public record RelayedEvent(SseEvent event, SseEvent pause, Progress progress,
        List<Choice> choices) {

    /// An event without choices.
    public RelayedEvent(SseEvent event, SseEvent pause, Progress progress) {
        this(event, pause, progress, List.of());
    }

    /// One choice in an event.
    ///
    /// @param text whether it holds a part of the answer
    /// @param finished whether it says why the choice ends
    public record Choice(int index, boolean text, boolean finished) {
    }

    /// How far a stream has come.
    public enum Progress {
        /// The event holds no part of the answer.
        SILENT,
        /// The event told a part of the answer, and more must come.
        OPEN,
        /// The answer, or one choice of it, is whole; more events may follow.
        WHOLE,
        /// The stream says that it is over. The answer so far is then whole, if there is any.
        ENDED,
        /// The upstream failed, and said so in the stream.
        FAILED
    }
}
