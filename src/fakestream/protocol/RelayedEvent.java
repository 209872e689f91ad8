package fakestream.protocol;

import java.util.List;

/// What becomes of one event of an upstream's own stream.
///
/// @param event what the client gets for it; null for nothing
/// @param pause the beat that may follow it when the upstream falls silent; null where the event is
///     no part of the answer's stream, and the beat stays what it was
/// @param progress how far the upstream's stream has come with it
/// @param choices that it tells something of, where the API has several
public record RelayedEvent(SseEvent event, SseEvent pause, Progress progress,
        List<Choice> choices) {

    /// Of an event that tells of no choice.
    public RelayedEvent(SseEvent event, SseEvent pause, Progress progress) {
        this(event, pause, progress, List.of());
    }

    /// What an event tells of one choice.
    ///
    /// @param text whether it holds a part of the answer
    /// @param finished whether it says why the choice ends
    public record Choice(int index, boolean text, boolean finished) {
    }

    /// How far a stream has come.
    public enum Progress {
        /// Nothing of the answer was told.
        SILENT,
        /// A part of the answer was told, and more must come.
        OPEN,
        /// The answer is whole, or a choice of it is, whether or not something follows.
        WHOLE,
        /// The stream says that it is over. That makes whole what it told, if it told anything.
        ENDED,
        /// The upstream failed, and said so in the stream.
        FAILED
    }
}
