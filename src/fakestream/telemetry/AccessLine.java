package fakestream.telemetry;

import fakestream.json.JsonObject;
import fakestream.telemetry.RequestRecord.Mode;
import fakestream.telemetry.RequestRecord.Outcome;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The access log's line for one request, in each of its forms. Absent values are omitted.
public final class AccessLine {
    /// The longest value that a client or an upstream chose, in UTF-16 units.
    private static final int LONGEST = 200;

    private static final Pattern FOREIGN = Pattern.compile("[^\\x20-\\x7E]");
    private static final DateTimeFormatter NCSA =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);

    private final RequestRecord record;
    private final Redactor redactor;
    /// The figures and words with their names, as text and in JSON.
    private final StringJoiner text = new StringJoiner(" ");
    private final JsonObject.Builder json = new JsonObject.Builder();

    /// @param redactor hides the secrets in a value before it is cut or quoted, so that no half of
    ///     a secret stays; [LogFormatter] masks plain words with the whole line
    AccessLine(RequestRecord record, Redactor redactor) {
        this.record = record;
        this.redactor = redactor;
        collect();
    }

    /// A line for people: `POST /v1/chat/completions 200 812B 1304ms id=req_1 ...`.
    String text() {
        var outcome = record.outcome() == Outcome.OK ? ""
                : Metrics.word(record.outcome()).replace('_', ' ') + " ";
        return describe(record.request()) + " " + record.status() + " " + record.bytes + "B "
                + millis(record.elapsed()) + "ms " + outcome + text;
    }

    /// An object without the time of writing.
    JsonObject json() {
        var request = record.request();
        return new JsonObject.Builder()
                .add("method", request.method()).add("path", request.path())
                .add("status", record.status()).add("bytes", record.bytes)
                .add("total_ms", millis(record.elapsed()))
                .add("outcome", Metrics.word(record.outcome()))
                .addAll(json.build()).build();
    }

    /// The combined format of NCSA, without a referer: a referer is an address with its query.
    String combined(ZonedDateTime time) {
        var request = record.request();
        return request.address() + " - - [" + NCSA.format(time.withZoneSameInstant(ZoneOffset.UTC))
                + "] " + quoted(describe(request) + " " + request.version()) + " " + record.status()
                + " " + record.bytes + " \"-\" "
                + quoted(request.agent().isEmpty() ? "-" : request.agent());
    }

    /// A request in a log. The JDK's server accepts any method, even one with a line break.
    public static String describe(RequestRecord.Request request) {
        return FOREIGN.matcher(request.method() + " " + request.path()).replaceAll("?");
    }

    private void collect() {
        var upstream = record.upstream();
        word("id", record.request().id());
        word("client", record.request().address());
        if (upstream.calls() > 0) {
            time("upstream", upstream.time().toNanos());
        }
        if (record.isStream() || record.mode == Mode.PASS) {
            time("first", record.flushes.first());
        }
        time("content", record.isStream() ? record.chunks.first() : -1);
        number("beats", record.beats() > 0 ? record.beats() : -1);
        number("chunks", record.isStream() ? record.chunks.count() : -1);
        number("retries", upstream.calls() > 1 ? upstream.calls() - 1 : -1);
        word("mode", Metrics.word(record.mode));
        word("kind", record.client());
        word("model", record.model());
        number("in", record.usage.input());
        number("out", record.usage.output());
        word("upstream_id", upstream.id());
        word("error", record.error());
    }

    private void time(String name, long nanos) {
        if (nanos >= 0) {
            text.add(name + "=" + millis(nanos) + "ms");
            json.add(name + "_ms", millis(nanos));
        }
    }

    private void number(String name, long number) {
        if (number >= 0) {
            text.add(name + "=" + number);
            json.add(name, number);
        }
    }

    private void word(String name, String word) {
        if (!word.isEmpty()) {
            var shown = isPlain(word) ? word : cut(redactor.text(word));
            text.add(name + "=" + (isPlain(shown) ? shown : quoted(shown)));
            json.add(name, shown);
        }
    }

    private static boolean isPlain(String word) {
        return word.length() <= LONGEST && word.chars().allMatch(AccessLine::isPlain);
    }

    /// A letter, a digit, or one of `._:/@+-`.
    private static boolean isPlain(int c) {
        return c >= '-' && c <= ':' || c >= '@' && c <= 'Z' || c >= 'a' && c <= 'z'
                || c == '_' || c == '+';
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST));
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
