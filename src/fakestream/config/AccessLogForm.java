package fakestream.config;

/// The form of the log line that each request gets.
public enum AccessLogForm {
    /// No line.
    OFF,
    /// A line for people, with figures as `name=value`.
    TEXT,
    /// A JSON object on each line.
    JSON,
    /// The combined format of NCSA, as web servers write it.
    COMBINED
}
