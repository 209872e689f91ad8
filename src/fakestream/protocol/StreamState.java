package fakestream.protocol;

/// The state of one stream: its id if its answer has none, the heartbeats sent so far, and the
/// length of a piece of text, in UTF-16 units.
///
/// @param id minted for this stream, without the protocol's prefix; once a heartbeat has carried
///     it, it names the whole stream
/// @param created when it was minted, in seconds since 1970
/// @param beats how many heartbeats carried data
/// @param client the needs of its client
public record StreamState(String id, long created, int beats, int pieceLength,
        ClientProfile client) {
    /// For an answer that is only inspected.
    public static final StreamState UNTOLD = new StreamState("", 0, 0, 1);

    /// For an unknown client.
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
