package fakestream.telemetry;

import fakestream.config.AccessLog;
import fakestream.config.Config;
import fakestream.config.LogFormat;
import fakestream.config.LogLevel;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// Diagnostics, a line each, to standard error; and the access log, a line for each request, to
/// standard output. No line holds a body, a key or a query, and none can be forged: what comes from
/// outside cannot begin one. Used by all threads: a line is one print.
public final class Log {
    /// How long the end of the process may wait for a reader that has stopped.
    private static final Duration LAST_LINES = Duration.ofMillis(500);

    private final Journal journal;
    private final Consumer<String> access;
    private final Consumer<String> diagnostics;
    private final List<LineQueue> queues;
    private volatile LogFormatter rules;

    /// A log of texts that knows no secrets, and hides what looks like a key.
    ///
    /// @param level the least important that is still shown
    public Log(LogLevel level, PrintStream access, PrintStream diagnostics) {
        this(new LogFormatter(level, Redactor.ofKeys(), LogFormat.TEXT, false, AccessLog.TEXT),
                Journal.NONE, access::println, diagnostics::println);
    }

    /// A log as the settings have it, in which each caller waits until its line is written.
    ///
    /// @param journal which of the two streams it reads
    public Log(Config config, Redactor redactor, Journal journal, PrintStream access,
            PrintStream diagnostics) {
        this(LogFormatter.of(config, redactor, journal), journal, access::println,
                diagnostics::println);
    }

    private Log(LogFormatter rules, Journal journal, Consumer<String> access,
            Consumer<String> diagnostics, LineQueue... queues) {
        this.rules = rules;
        this.journal = journal;
        this.access = access;
        this.diagnostics = diagnostics;
        this.queues = List.of(queues);
    }

    /// A log as the settings have it, in which no caller waits for the reader of a stream. Lines
    /// that no reader takes are lost, and a warning says later how many. Before the process ends,
    /// [#flush()] must have its time.
    ///
    /// @param journal which of the two streams it reads
    public static Log queued(Config config, Redactor redactor, Journal journal, PrintStream access,
            PrintStream diagnostics) {
        var out = new LineQueue(access);
        var err = new LineQueue(diagnostics);
        var log = new Log(LogFormatter.of(config, redactor, journal), journal, out, err, out, err);
        out.start("access-log", lost -> log.warn(lost + " lines of the access log are lost, "
                + "because nobody read standard output"));
        err.start("diagnostics", lost -> log.warn(lost + " lines are lost, because nobody read "
                + "standard error"));
        return log;
    }

    /// From now on, it is as these settings have it.
    public void change(Config config, Redactor redactor) {
        rules = LogFormatter.of(config, redactor, journal);
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
    public void debug(String message) {
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
    public void access(RequestRecord record) {
        var now = rules;
        if (now.shows(record)) {
            access.accept(now.line(record));
        }
    }

    /// Waits until what was logged is written, for half a second at most for each stream: a reader
    /// that has stopped does not hold the end of the process.
    public void flush() {
        queues.forEach(LineQueue::tellLost);
        queues.forEach(queue -> queue.flush(LAST_LINES));
    }

    private void diagnose(LogLevel level, String message, String trace) {
        var now = rules;
        if (now.shows(level)) {
            diagnostics.accept(now.line(level, message, trace));
        }
    }
}
