package fakestream.config;

/// The source of a client's stream.
public enum StreamMode {
    /// A whole answer.
    FAKE,
    /// The upstream's own stream, passed on.
    REAL,
    /// The upstream's own stream if it gives one, otherwise a whole answer.
    AUTO,
    /// A whole answer if the request has tools, otherwise the upstream's own stream.
    TOOLS
}
