package fakestream.protocol;

/// How one stream is told: what to call it where its answer has no name, what heartbeats have told
/// of it already, and how long a piece of text should be, in UTF-16 units.
///
/// @param id minted for this stream, without a prefix: each protocol puts its own before it; once a
///         heartbeat has carried it, it names the whole stream
/// @param created when it was minted, in seconds since 1970
/// @param beats how many heartbeats carried data
/// @param client what its client needs
public record StreamState(String id, long created, int beats, int pieceLength,
        ClientProfile client) {
    /// Of an answer that is only looked at.
    public static final StreamState UNTOLD = new StreamState("", 0, 0, 1);

    /// To a client of which nothing is known.
    public StreamState(String id, long created, int beats, int pieceLength) {
        this(id, created, beats, pieceLength, ClientProfile.named("unknown"));
    }

    /// Whether a heartbeat has opened the stream.
    public boolean begun() {
        return beats > 0;
    }

    /// The same stream after one more heartbeat that carried data.
    public StreamState afterHeartbeat() {
        return new StreamState(id, created, beats + 1, pieceLength, client);
    }
}
