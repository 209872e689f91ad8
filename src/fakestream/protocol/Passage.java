package fakestream.protocol;

/// What becomes of one event of an upstream's own stream.
///
/// @param event what the client gets for it
/// @param pause the beat that may follow it when the upstream falls silent
/// @param progress how far the upstream's stream has come with it
public record Passage(SseEvent event, SseEvent pause, Progress progress) {

    /// How far a stream has come.
    public enum Progress {
        /// Nothing of the answer was told.
        SILENT,
        /// A part of the answer was told, and more must come.
        OPEN,
        /// The answer is whole, whether or not something follows.
        WHOLE,
        /// The stream says that it is over. That makes whole what it told, if it told anything.
        ENDED,
        /// The upstream failed, and said so in the stream.
        FAILED
    }
}
