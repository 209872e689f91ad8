package fakestream.config;

/// How a stream for a client is got from the upstream.
public enum StreamMode {
    /// From a whole answer.
    FAKE,
    /// From the upstream's own stream, passed on.
    REAL,
    /// From the upstream's own stream where it will give one, else from a whole answer.
    AUTO,
    /// From a whole answer where the request has tools, else from the upstream's own stream.
    TOOLS
}
