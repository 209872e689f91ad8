package fakestream.config;

/// How much is logged, from least to most; each level includes the ones before it.
public enum LogLevel {
    /// What failed and needs somebody.
    ERROR,
    /// What is odd or risky, but goes on.
    WARN,
    /// What an operator wants to see of a normal day.
    INFO,
    /// What helps to find a fault.
    DEBUG
}
