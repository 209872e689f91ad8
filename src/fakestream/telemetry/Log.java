package fakestream.telemetry;

import fakestream.config.AccessLogForm;
import fakestream.config.Config;
import fakestream.config.LogFormat;
import fakestream.config.LogLevel;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// Writes diagnostics, a line each, to standard error, and the access log, a line per request, to
/// standard output. No line holds a body, a key or a query. Outside text cannot forge a line,
/// because it cannot begin one. All threads use it: each line is one print.
public final class Log {
    /// How long the end of the process waits for a reader that has stopped.
    private static final Duration LAST_LINES = Duration.ofMillis(500);

    private final Journal journal;
    private final Consumer<String> access;
    private final Consumer<String> diagnostics;
    private final List<LineQueue> queues;
    private volatile LogFormatter rules;

    /// A log in text form that knows no secrets, but hides everything that looks like a key.
    ///
    /// @param level the least important level that is shown
    public Log(LogLevel level, PrintStream access, PrintStream diagnostics) {
        this(new LogFormatter(level, Redactor.ofKeys(), LogFormat.TEXT, false, AccessLogForm.TEXT),
                Journal.NONE, access::println, diagnostics::println);
    }

    /// A log with these settings; each caller waits until its line is written.
    ///
    /// @param journal the streams that the systemd journal reads
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

    /// A log with these settings; no caller waits for the reader of a stream. Lines that no reader
    /// takes are lost, and a later warning gives their number. Call [#flush()] before the process
    /// ends.
    ///
    /// @param journal the streams that the systemd journal reads
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

    /// Applies these settings from now on.
    public void change(Config config, Redactor redactor) {
        rules = LogFormatter.of(config, redactor, journal);
    }

    /// Logs a failure.
    public void error(String message) {
        diagnose(LogLevel.ERROR, message, "");
    }

    /// Logs information for an operator.
    public void info(String message) {
        diagnose(LogLevel.INFO, message, "");
    }

    /// Logs a problem that an operator should look at.
    public void warn(String message) {
        diagnose(LogLevel.WARN, message, "");
    }

    /// Logs details that help to find a fault.
    public void debug(String message) {
        diagnose(LogLevel.DEBUG, message, "");
    }

    /// Logs a bug of the proxy's own, with its place.
    public void bug(String where, Throwable fault) {
        var trace = new StringWriter();
        fault.printStackTrace(new PrintWriter(trace));
        diagnose(LogLevel.ERROR, where + ": ", trace.toString());
    }

    /// A task that throws nothing: it logs every exception of the given task as a bug.
    ///
    /// @param where the task's name in the log
    public Runnable guarded(String where, Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error fault) {
                bug(where, fault);
            }
        };
    }

    /// Logs one finished request.
    public void access(RequestRecord record) {
        var now = rules;
        if (now.shows(record)) {
            access.accept(now.line(record));
        }
    }

    /// Waits until all logged lines are written, at most half a second for each stream: a reader
    /// that has stopped does not delay the end of the process.
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
