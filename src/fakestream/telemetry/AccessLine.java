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
import java.util.function.BiConsumer;
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

    /// Takes the figures of a line.
    @FunctionalInterface
    private interface Figures {
        /// @param unit follows the number in text, the name in JSON; empty if there is none
        void add(String name, String unit, long number);
    }

    /// @param redactor hides the secrets in a value before it is cut or quoted, so that no half of
    ///     a secret stays; [LogFormatter] masks plain words with the whole line
    AccessLine(RequestRecord record, Redactor redactor) {
        this.record = record;
        this.redactor = redactor;
    }

    /// A line for people: `POST /v1/chat/completions 200 812B 1304ms id=req_1 ...`.
    String text() {
        var outcome = record.outcome() == Outcome.OK ? ""
                : Metrics.word(record.outcome()).replace('_', ' ') + " ";
        var details = new StringJoiner(" ");
        collect((name, unit, number) -> details.add(name + "=" + number + unit),
                (name, word) -> details.add(name + "=" + (isPlain(word) ? word : quoted(word))));
        return describe(record.request()) + " " + record.status() + " " + record.bytes + "B "
                + millis(record.elapsed()) + "ms " + outcome + details;
    }

    /// An object without the time of writing.
    JsonObject json() {
        var request = record.request();
        var object = new JsonObject.Builder()
                .add("method", request.method()).add("path", request.path())
                .add("status", record.status()).add("bytes", record.bytes)
                .add("total_ms", millis(record.elapsed()))
                .add("outcome", Metrics.word(record.outcome()));
        collect((name, unit, number) -> object.add(unit.isEmpty() ? name : name + "_" + unit,
                number), object::add);
        return object.build();
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

    /// @param words takes the words, without secrets
    private void collect(Figures figures, BiConsumer<String, String> words) {
        var upstream = record.upstream();
        word(words, "id", record.request().id());
        word(words, "client", record.request().address());
        time(figures, "upstream", upstream.calls() > 0 ? upstream.time().toNanos() : -1);
        time(figures, "first", record.isStream() || record.mode == Mode.PASS
                ? record.flushes.first() : -1);
        time(figures, "content", record.isStream() ? record.chunks.first() : -1);
        number(figures, "beats", record.beats() > 0 ? record.beats() : -1);
        number(figures, "chunks", record.isStream() ? record.chunks.count() : -1);
        number(figures, "retries", upstream.calls() > 1 ? upstream.calls() - 1 : -1);
        word(words, "mode", Metrics.word(record.mode));
        word(words, "kind", record.client());
        word(words, "model", record.model());
        number(figures, "in", record.usage.input());
        number(figures, "out", record.usage.output());
        word(words, "upstream_id", upstream.id());
        word(words, "error", record.error());
    }

    private static void time(Figures figures, String name, long nanos) {
        if (nanos >= 0) {
            figures.add(name, "ms", millis(nanos));
        }
    }

    private static void number(Figures figures, String name, long number) {
        if (number >= 0) {
            figures.add(name, "", number);
        }
    }

    private void word(BiConsumer<String, String> words, String name, String word) {
        if (!word.isEmpty()) {
            words.accept(name, isPlain(word) ? word : cut(redactor.text(word)));
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
