package fakestream.telemetry;

import fakestream.json.JsonObject;
import fakestream.telemetry.RequestRecord.Mode;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The access log's line for one request, in each of its forms. Absent values are omitted.
public final class AccessLine {
    /// The longest value that a client or an upstream chose, in UTF-16 units.
    private static final int LONGEST = 200;

    private static final Pattern FOREIGN = Pattern.compile("[^\\x20-\\x7E]");
    private static final DateTimeFormatter NCSA =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);

    /// A figure or a word.
    ///
    /// @param unit follows the number in text, the name in JSON; empty if there is none
    private record Detail(String name, String value, String unit, boolean isNumber) {
        private String text() {
            return name + "=" + (isNumber || isPlain(value) ? value : quoted(value)) + unit;
        }

        private void addTo(JsonObject.Builder object) {
            var key = unit.isEmpty() ? name : name + "_" + unit;
            if (isNumber) {
                object.add(key, Long.parseLong(value));
            } else {
                object.add(key, value);
            }
        }
    }

    private final RequestRecord record;
    private final Redactor redactor;
    private final List<Detail> details = new ArrayList<>();

    /// @param redactor hides the secrets in a value before it is cut or quoted, so that no half of
    ///     a secret stays; [LogFormatter] masks plain words with the whole line
    AccessLine(RequestRecord record, Redactor redactor) {
        this.record = record;
        this.redactor = redactor;
        collect();
    }

    /// A line for people: `POST /v1/chat/completions 200 812B 1304ms id=req_1 ...`.
    String text() {
        var outcome = record.outcome().words();
        return describe(record.request()) + " " + record.status() + " " + record.bytes() + "B "
                + millis(record.elapsed()) + "ms " + (outcome.isEmpty() ? "" : outcome + " ")
                + details.stream().map(Detail::text).collect(Collectors.joining(" "));
    }

    /// An object without the time of writing.
    JsonObject json() {
        var request = record.request();
        var object = new JsonObject.Builder()
                .add("method", request.method()).add("path", request.path())
                .add("status", record.status()).add("bytes", record.bytes())
                .add("total_ms", millis(record.elapsed()))
                .add("outcome", record.outcome().name().toLowerCase(Locale.ROOT));
        details.forEach(detail -> detail.addTo(object));
        return object.build();
    }

    /// The combined format of NCSA, without a referer: a referer is an address with its query.
    String combined(ZonedDateTime time) {
        var request = record.request();
        return request.address() + " - - [" + NCSA.format(time.withZoneSameInstant(ZoneOffset.UTC))
                + "] " + quoted(describe(request) + " " + request.version()) + " " + record.status()
                + " " + record.bytes() + " \"-\" "
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
        if (record.isStream() || record.mode() == Mode.PASS) {
            time("first", record.firstByte());
        }
        time("content", record.isStream() ? record.firstContent() : -1);
        number("beats", record.beats() > 0 ? record.beats() : -1);
        number("chunks", record.isStream() ? record.chunks() : -1);
        number("retries", record.retries() > 0 ? record.retries() : -1);
        word("mode", record.mode().name().toLowerCase(Locale.ROOT));
        word("kind", record.client());
        word("model", record.model());
        number("in", record.usage().input());
        number("out", record.usage().output());
        word("upstream_id", upstream.id());
        word("error", record.error());
    }

    private void time(String name, long nanos) {
        if (nanos >= 0) {
            details.add(new Detail(name, Long.toString(millis(nanos)), "ms", true));
        }
    }

    private void number(String name, long number) {
        if (number >= 0) {
            details.add(new Detail(name, Long.toString(number), "", true));
        }
    }

    private void word(String name, String word) {
        if (!word.isEmpty()) {
            details.add(new Detail(name, isPlain(word) ? word : cut(redactor.text(word)), "",
                    false));
        }
    }

    private static boolean isPlain(String word) {
        return !word.isEmpty() && word.length() <= LONGEST
                && word.chars().allMatch(AccessLine::isPlain);
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
