package fakestream.config;

/// What goes to a waiting client every HEARTBEAT_INTERVAL_MS.
public enum HeartbeatStyle {
    /// What the client at hand survives and counts.
    AUTO,
    /// An SSE comment, which the format asks clients to skip.
    COMMENT,
    /// An empty chunk in the protocol's own form, for clients that stumble over comments.
    CHUNK,
    /// Nothing.
    OFF
}
