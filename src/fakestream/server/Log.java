package fakestream.server;

import fakestream.config.AccessLog;
import fakestream.config.Config;
import fakestream.config.LogFormat;
import fakestream.config.LogLevel;
import fakestream.upstream.Masks;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;

/// Diagnostics, a line each, to standard error; and the access log, a line for each request, to
/// standard output. No line holds a body, a key or a query, and none can be forged: what comes from
/// outside cannot begin one. Used by all threads: a line is one print.
public final class Log {
    private final PrintStream access;
    private final PrintStream diagnostics;
    private final Journal journal;
    private volatile LogRules rules;

    /// A log of texts that knows no secrets, and hides what looks like a key.
    ///
    /// @param level the least important that is still shown
    public Log(LogLevel level, PrintStream access, PrintStream diagnostics) {
        this.journal = Journal.NONE;
        this.access = access;
        this.diagnostics = diagnostics;
        this.rules = new LogRules(level, Masks.ofKeys(), LogFormat.TEXT, false, AccessLog.TEXT);
    }

    /// A log as the settings have it.
    ///
    /// @param journal which of the two streams it reads
    public Log(Config config, Journal journal, PrintStream access, PrintStream diagnostics) {
        this.journal = journal;
        this.access = access;
        this.diagnostics = diagnostics;
        this.rules = LogRules.of(config, journal);
    }

    /// From now on, it is as these settings have it.
    public void change(Config config) {
        rules = LogRules.of(config, journal);
    }

    /// What does not work.
    public void error(String message) {
        diagnose(LogLevel.ERROR, message, "");
    }

    /// What an operator wants to know.
    public void info(String message) {
        diagnose(LogLevel.INFO, message, "");
    }

    /// What an operator should look at.
    public void warn(String message) {
        diagnose(LogLevel.WARN, message, "");
    }

    /// What helps to find a fault.
    void debug(String message) {
        diagnose(LogLevel.DEBUG, message, "");
    }

    /// A bug of ours, with where it is.
    public void bug(String where, Throwable fault) {
        var trace = new StringWriter();
        fault.printStackTrace(new PrintWriter(trace));
        diagnose(LogLevel.ERROR, where + ": ", trace.toString());
    }

    /// A task that throws nothing: what this one throws is logged as a bug.
    ///
    /// @param where for the log
    public Runnable guarded(String where, Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error fault) {
                bug(where, fault);
            }
        };
    }

    /// One request that is over.
    void access(AccessRecord record) {
        var now = rules;
        if (now.shows(record)) {
            access.println(now.line(record));
        }
    }

    private void diagnose(LogLevel level, String message, String trace) {
        var now = rules;
        if (now.shows(level)) {
            diagnostics.println(now.line(level, message, trace));
        }
    }
}
