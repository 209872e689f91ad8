package fakestream.server;

import fakestream.config.LogLevel;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// Diagnostics, a line each, to standard error; and the access log, a line for each request, to
/// standard output. No line holds a body, a key or a query. Used by all threads: a line is one
/// print.
public final class Log {
    private final PrintStream access;
    private final PrintStream diagnostics;
    private volatile LogLevel level;

    /// @param level the least important that is still shown
    public Log(LogLevel level, PrintStream access, PrintStream diagnostics) {
        this.level = level;
        this.access = access;
        this.diagnostics = diagnostics;
    }

    /// From now on, this is the least important that is shown.
    public void level(LogLevel least) {
        level = least;
    }

    /// What does not work.
    public void error(String message) {
        diagnose(LogLevel.ERROR, message);
    }

    /// What an operator wants to know.
    public void info(String message) {
        diagnose(LogLevel.INFO, message);
    }

    /// What an operator should look at.
    public void warn(String message) {
        diagnose(LogLevel.WARN, message);
    }

    /// What helps to find a fault.
    void debug(String message) {
        diagnose(LogLevel.DEBUG, message);
    }

    /// A bug of ours, with where it is.
    public void bug(String where, Throwable fault) {
        var trace = new StringWriter();
        fault.printStackTrace(new PrintWriter(trace));
        diagnose(LogLevel.ERROR, where + ": " + trace);
    }

    /// One request that is over.
    void access(String line) {
        access.println(now() + " " + line);
    }

    private void diagnose(LogLevel importance, String message) {
        if (importance.compareTo(level) <= 0) {
            diagnostics.println(now() + " " + importance.name().toLowerCase(Locale.ROOT) + " "
                    + message);
        }
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
