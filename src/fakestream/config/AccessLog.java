package fakestream.config;

/// In what form there is a line for each request.
public enum AccessLog {
    /// There is none.
    OFF,
    /// A line for people, its figures as `name=value`.
    TEXT,
    /// A JSON object on each line.
    JSON,
    /// The combined format of NCSA, as web servers write it.
    COMBINED
}
