import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The results of a run: a table, and JSON to compare with another run.
final class Report {
    private static final String ROW = "%-30s%12s%10s%10s%18s%n";
    private static final String LINES = ",\n    ";

    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<String, Round> medians = new LinkedHashMap<>();
    private final Map<String, List<Round>> rounds = new LinkedHashMap<>();
    private final Map<String, Long> pieces = new LinkedHashMap<>();
    private final Map<String, Integer> settings;
    private final double loadBefore;
    private final double loadAfter = Figures.loadAverage();

    /// A ratio of two figures of one run, and its aim.
    private record Ratio(String key, String name, double value, double aim, boolean isMost) {
        boolean isMet() {
            return isMost ? value <= aim : value >= aim;
        }
    }

    /// A run with these settings, which began under this load and ends now.
    Report(Map<String, Integer> settings, double loadBefore) {
        this.settings = new TreeMap<>(settings);
        this.loadBefore = loadBefore;
    }

    void add(Target target, Target.Answer answer, List<Round> all) {
        names.put(target.key(), target.name());
        pieces.put(target.key(), answer.pieces());
        rounds.put(target.key(), all);
        medians.put(target.key(), Round.median(all));
    }

    /// The medians, then the ratios that have an aim.
    String table() {
        var table = new StringBuilder(text("%n" + ROW,
                "", "requests/s", "p50 ms", "p99 ms", "CPU us/request"));
        medians.forEach((key, median) -> table.append(text(ROW, names.get(key),
                text("%,.0f", median.requestsPerSecond()), text("%.2f", median.p50Millis()),
                text("%.2f", median.p99Millis()), text("%.1f", median.cpuMicros()))));
        table.append(text("%nMedians of the rounds. A streamed answer has %d chunks of text. The "
                + "load average was %.2f%nbefore the rounds and %.2f after them.%n%n",
                pieces.get("streamed"), loadBefore, loadAfter));
        ratios().forEach(ratio -> table.append(text("%-50s%6.2f   aim %s %.0f: %s%n", ratio.name,
                ratio.value, ratio.isMost ? "<=" : ">=", ratio.aim,
                ratio.isMet() ? "met" : "missed")));
        return table.toString();
    }

    /// Everything, with the single rounds and the versions of all programs.
    String json(Map<String, String> versions) {
        return """
                {
                  "date": "%s",
                  "processors": %d,
                  "load": {"before": %s, "after": %s},
                  "settings": {%s},
                  "versions": {%s},
                  "pieces": {%s},
                  "ratios": {%s},
                  "medians": {
                    %s
                  },
                  "rounds": {
                    %s
                  }
                }
                """.formatted(Instant.now().truncatedTo(ChronoUnit.SECONDS),
                Runtime.getRuntime().availableProcessors(), text("%.2f", loadBefore),
                text("%.2f", loadAfter), members(settings, ", ", Object::toString),
                members(versions, ", ", version -> '"' + version + '"'),
                members(pieces, ", ", Object::toString),
                ratios().stream().map(ratio -> member(ratio.key, text("%.3f", ratio.value)))
                        .collect(Collectors.joining(", ")),
                members(medians, LINES, Report::json),
                members(rounds, LINES, all -> all.stream().map(Report::json)
                        .collect(Collectors.joining(", ", "[", "]"))));
    }

    private List<Ratio> ratios() {
        var nginx = medians.get("nginx");
        var whole = medians.get("whole");
        return List.of(
                new Ratio("cpu_whole", "CPU of a whole answer, fakestream / nginx",
                        whole.cpuMicros() / nginx.cpuMicros(), 4, true),
                new Ratio("cpu_streamed", "CPU of a streamed answer / nginx, whole",
                        medians.get("streamed").cpuMicros() / nginx.cpuMicros(), 6, true),
                new Ratio("requests_whole", "requests per second, whole, fakestream / Portkey",
                        whole.requestsPerSecond() / medians.get("peer").requestsPerSecond(),
                        15, false));
    }

    private static String json(Round round) {
        return text("{\"requests_per_second\": %.0f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
                + "\"cpu_us\": %.2f}", round.requestsPerSecond(), round.p50Millis(),
                round.p99Millis(), round.cpuMicros());
    }

    private static <T> String members(Map<String, T> map, String split, Function<T, String> json) {
        return map.entrySet().stream().map(it -> member(it.getKey(), json.apply(it.getValue())))
                .collect(Collectors.joining(split));
    }

    private static String member(String name, String json) {
        return '"' + name + "\": " + json;
    }

    /// Formats in the same way everywhere, whatever the machine's language.
    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
