package fakestream.config;

/// What goes to a waiting client every HEARTBEAT_INTERVAL_MS.
public enum HeartbeatStyle {
    /// The form that suits the client, by a table of clients.
    AUTO,
    /// An SSE comment, which the format asks clients to skip.
    COMMENT,
    /// An empty chunk in the protocol's own form, for clients that stumble over comments.
    CHUNK,
    /// Nothing.
    OFF
}
