package fakestream.config;

/// The form of the heartbeat that a waiting client gets every HEARTBEAT_INTERVAL_MS.
public enum HeartbeatStyle {
    /// The form that suits the client, by a table of clients.
    AUTO,
    /// An SSE comment; the format tells clients to skip it.
    COMMENT,
    /// An empty chunk in the protocol's own form, for clients that fail on comments.
    CHUNK,
    /// No heartbeat.
    OFF
}
