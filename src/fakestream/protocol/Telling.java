package fakestream.protocol;

/// How one stream is told: what to call it where its answer has no name, whether a heartbeat has
/// opened it already, and how long a piece of text should be, in UTF-16 units.
///
/// @param id minted for this stream; once a heartbeat has carried it, it names the whole stream
/// @param created when it was minted, in seconds since 1970
public record Telling(String id, long created, boolean begun, int pieceLength) {
    /// The same stream after a heartbeat that carried data.
    public Telling afterHeartbeat() {
        return begun ? this : new Telling(id, created, true, pieceLength);
    }
}
