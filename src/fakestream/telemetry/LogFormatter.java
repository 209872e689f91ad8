package fakestream.telemetry;

import fakestream.config.AccessLogForm;
import fakestream.config.Config;
import fakestream.config.LogFormat;
import fakestream.config.LogLevel;
import fakestream.config.Setting;
import fakestream.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Decides what is logged, and formats every line, so that no line shows a secret and no outside
/// text can imitate a line.
///
/// @param level the least important level that is shown
/// @param redactor hides the secrets in each line
/// @param format of the diagnostics; never AUTO
/// @param journalAccess whether the journal reads the access log
/// @param accessLog the form of the access log
public record LogFormatter(LogLevel level, Redactor redactor, LogFormat format,
        boolean journalAccess, AccessLogForm accessLog) {
    /// A character that ends a line for some readers, moves other characters, or is invisible: it
    /// could make one line look like another (Unicode Technical Report 36, section 2.5). Cf has the
    /// zero-width and bidirectional marks and the tags.
    private static final Pattern HIDDEN =
            Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

    /// The formatter for these settings.
    public static LogFormatter of(Config config, Redactor redactor, Journal journal) {
        var format = config.get(Setting.LOG_FORMAT);
        var isAuto = format == LogFormat.AUTO;
        return new LogFormatter(config.logLevel(), redactor,
                !isAuto ? format : journal.err() ? LogFormat.JOURNAL : LogFormat.TEXT,
                isAuto ? journal.out() : format == LogFormat.JOURNAL,
                config.get(Setting.ACCESS_LOG));
    }

    boolean shows(LogLevel importance) {
        return importance.compareTo(level) <= 0;
    }

    /// Hides probes unless DEBUG is shown: they come every few seconds and interest few operators.
    boolean shows(RequestRecord record) {
        return accessLog != AccessLogForm.OFF && (!record.isProbe || shows(LogLevel.DEBUG));
    }

    /// A line of the diagnostics.
    ///
    /// @param trace the fault's stack trace, placed after the message; may be empty
    public String line(LogLevel importance, String message, String trace) {
        return switch (format) {
            case JSON -> json(new JsonObject.Builder()
                    .add("time", now().toString()).add("level", Metrics.word(importance))
                    .add("message", message + String.join("\n", lines(trace))).build());
            case JOURNAL -> priority(importance)
                    + legible(message, trace, "\n" + priority(importance) + "\t");
            case TEXT, AUTO -> now() + " " + Metrics.word(importance) + " "
                    + legible(message, trace, "\n\t");
        };
    }

    /// A line of the access log.
    public String line(RequestRecord record) {
        var line = new AccessLine(record, redactor);
        var prefix = journalAccess ? priority(LogLevel.INFO) : "";
        return prefix + switch (accessLog) {
            case JSON -> json(new JsonObject.Builder().add("time", now().toString())
                    .addAll(line.json()).build());
            case COMBINED -> legible(line.combined(now().atZone(ZoneOffset.UTC)));
            case TEXT, OFF -> (journalAccess ? "" : now() + " ") + legible(line.text());
        };
    }

    /// The message with the first line of the trace, then each other line after a separator.
    private String legible(String message, String trace, String separator) {
        return legible(message) + lines(trace).stream().map(this::legible)
                .collect(Collectors.joining(separator));
    }

    private List<String> lines(String trace) {
        return redactor.text(trace).strip().lines().map(String::strip).toList();
    }

    /// The text without secrets, and with escapes in place of hidden characters.
    private String legible(String text) {
        return escaped(redactor.text(text));
    }

    /// JSON uses the same escapes.
    private String json(JsonObject object) {
        return escaped(redactor.object(object).toString());
    }

    /// Nearly all lines are printable ASCII; this test takes less than half the time of the search.
    private static String escaped(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c <= '~') ? text
                : HIDDEN.matcher(text).replaceAll(hidden -> hidden.group().chars()
                        .mapToObj("\\\\u%04x"::formatted).collect(Collectors.joining()));
    }

    /// The syslog priority.
    private static String priority(LogLevel importance) {
        return switch (importance) {
            case ERROR -> "<3>";
            case WARN -> "<4>";
            case INFO -> "<6>";
            case DEBUG -> "<7>";
        };
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
