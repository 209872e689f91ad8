package fakestream.server;

import fakestream.config.LogLevel;
import fakestream.upstream.Masks;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Diagnostics, a line each, to standard error; and the access log, a line for each request, to
/// standard output. No line holds a body, a key or a query, and none can be forged: what comes from
/// outside cannot begin one. Used by all threads: a line is one print.
public final class Log {
    /// A line's end among them, and those that only some readers take for one.
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private final PrintStream access;
    private final PrintStream diagnostics;
    private volatile LogLevel level;
    private volatile Masks masks;

    /// A log that knows no secrets, and hides what looks like a key.
    ///
    /// @param level the least important that is still shown
    public Log(LogLevel level, PrintStream access, PrintStream diagnostics) {
        this(level, Masks.ofKeys(), access, diagnostics);
    }

    /// @param level the least important that is still shown
    /// @param masks hide the secrets in each line
    public Log(LogLevel level, Masks masks, PrintStream access, PrintStream diagnostics) {
        this.level = level;
        this.masks = masks;
        this.access = access;
        this.diagnostics = diagnostics;
    }

    /// From now on, this is the least important that is shown, and these hide the secrets.
    public void change(LogLevel least, Masks others) {
        level = least;
        masks = others;
    }

    /// What does not work.
    public void error(String message) {
        diagnose(LogLevel.ERROR, legible(message));
    }

    /// What an operator wants to know.
    public void info(String message) {
        diagnose(LogLevel.INFO, legible(message));
    }

    /// What an operator should look at.
    public void warn(String message) {
        diagnose(LogLevel.WARN, legible(message));
    }

    /// What helps to find a fault.
    void debug(String message) {
        diagnose(LogLevel.DEBUG, legible(message));
    }

    /// A bug of ours, with where it is.
    public void bug(String where, Throwable fault) {
        var trace = new StringWriter();
        fault.printStackTrace(new PrintWriter(trace));
        // Each line but the first begins with a tab, also where the fault's message has several.
        diagnose(LogLevel.ERROR, legible(where) + ": " + masks.text(trace.toString()).strip()
                .lines().map(line -> legible(line.strip())).collect(Collectors.joining("\n\t")));
    }

    /// One request that is over.
    void access(String line) {
        access.println(now() + " " + legible(line));
    }

    private void diagnose(LogLevel importance, String message) {
        if (importance.compareTo(level) <= 0) {
            diagnostics.println(now() + " " + importance.name().toLowerCase(Locale.ROOT) + " "
                    + message);
        }
    }

    /// The text without secrets and control characters, which are shown as escapes.
    private String legible(String text) {
        return CONTROLS.matcher(masks.text(text)).replaceAll(match ->
                "\\\\u%04x".formatted((int) match.group().charAt(0)));
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
