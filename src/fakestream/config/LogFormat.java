package fakestream.config;

/// In what form the diagnostics are.
public enum LogFormat {
    /// As journald wants it where it reads them, and else a text.
    AUTO,
    /// A line with its time and level.
    TEXT,
    /// A JSON object on each line.
    JSON,
    /// Each line with its priority before it (sd-daemon(3)); the journal has the time.
    JOURNAL
}
