import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// The figures of a measurement: printed in rows as they come, and kept for a JSON file, so that
/// two measurements can be compared.
final class Figures {
    static final double NO_AIM = Double.POSITIVE_INFINITY;

    private final Map<String, Map<String, String>> parts = new LinkedHashMap<>();
    private final Instant began = Instant.now();
    private final double load = loadAverage();
    private Map<String, String> part = new LinkedHashMap<>();

    /// Begins a part of the table, which has its own row names.
    void part(String name) {
        part = new LinkedHashMap<>();
        parts.put(name, part);
        System.out.printf("%n%s%n", name);
    }

    void row(String name, long value) {
        row(name, "%,d", value, "");
    }

    void row(String name, double value) {
        row(name, value, NO_AIM);
    }

    /// A row with its aim. The aim is no bound: a busy machine may miss it.
    void row(String name, double value, double aim) {
        row(name, "%,.1f", value, told("%,.0f", value, aim));
    }

    /// A row for a ratio, with its aim.
    void ratio(String name, double value, double aim) {
        row(name, "%,.2f", value, told("%.2f", value, aim));
    }

    /// The value that `percent` of the sorted values do not exceed; 0 if there are none.
    static long percentile(long[] sorted, int percent) {
        return sorted.length == 0 ? 0
                : sorted[Math.min(sorted.length * percent / 100, sorted.length - 1)];
    }

    /// Writes all rows, one object for each part, with the time and the machine.
    void write(Path file) throws IOException {
        var all = new LinkedHashMap<String, String>();
        all.put("began", quoted(began.toString()));
        all.put("load average before", json(load));
        all.put("load average after", json(loadAverage()));
        all.put("processors", "" + Runtime.getRuntime().availableProcessors());
        all.put("java", quoted(Runtime.version().toString()));
        parts.forEach((name, rows) -> all.put(name, object(rows, "    ")));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, object(all, "  ") + "\n");
        System.out.printf("%nLoad average %.2f before and %.2f after; the figures are in %s%n",
                load, loadAverage(), file);
    }

    private void row(String name, String format, Object value, String told) {
        System.out.printf("%-46s %10s%s%n", name, format.formatted(value), told);
        part.put(name, json(value));
    }

    private static String told(String format, double value, double aim) {
        return aim == NO_AIM ? ""
                : "   aim: at most " + format.formatted(aim) + (value <= aim ? "" : ", MISSED");
    }

    /// The average length of the machine's run queue in the last minute.
    static double loadAverage() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static String json(Object number) {
        return number instanceof Double ? String.format(Locale.ROOT, "%.3f", number) : "" + number;
    }

    private static String object(Map<String, String> members, String indent) {
        return members.entrySet().stream()
                .map(it -> indent + quoted(it.getKey()) + ": " + it.getValue())
                .collect(Collectors.joining(",\n", "{\n", "\n" + indent.substring(2) + "}"));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
