package fakestream.config;

/// The format of the diagnostic log.
public enum LogFormat {
    /// [#JOURNAL] if journald reads the log, otherwise [#TEXT].
    AUTO,
    /// A line with its time and level.
    TEXT,
    /// A JSON object on each line.
    JSON,
    /// A line that begins with its priority (sd-daemon(3)); the journal adds the time.
    JOURNAL
}
