package fakestream.config;

/// How much is logged, from least to most; each level includes the ones before it.
public enum LogLevel {
    /// Failures that need the operator.
    ERROR,
    /// Odd or risky events that stop nothing.
    WARN,
    /// Normal events that an operator wants to see.
    INFO,
    /// Details that help to find a fault.
    DEBUG
}
