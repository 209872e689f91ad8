package fakestream.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.http.BodyMemory;
import fakestream.protocol.ClientProfile;
import fakestream.protocol.ClientTable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads the Prometheus text format 0.0.4 and fails on any error: a family without a type or twice,
/// a series twice or apart from its family, a label or a number in a wrong form, and a histogram
/// whose buckets do not add up.
public final class Scrape {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final String LABEL =
            "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*\"";
    private static final Pattern SAMPLE = Pattern.compile("(" + NAME + ")(?:\\{(" + LABEL
            + "(?:," + LABEL + ")*)})? (-?[0-9]+(?:\\.[0-9]+)?(?:E-?[0-9]+)?)");
    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") ([^ ].*)");
    private static final Pattern TYPE =
            Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|histogram|summary)");
    private static final Pattern LE = Pattern.compile(",?le=\"([^\"]*)\"$");

    private final Map<String, Double> series = new LinkedHashMap<>();
    private final Map<String, String> types = new LinkedHashMap<>();
    private final Set<String> helped = new LinkedHashSet<>();
    private final Map<String, Double> buckets = new LinkedHashMap<>();
    private final Map<String, Double> bounds = new LinkedHashMap<>();
    private String family = "";

    private Scrape() {
    }

    /// Metrics that have counted nothing yet.
    public static Metrics metrics() {
        return new Metrics(new Build("", ""),
                ClientTable.all().stream().map(ClientProfile::name).toList(),
                BodyMemory.of(Config.of(Map.of()))::write);
    }

    public static Scrape of(String text) {
        var scrape = new Scrape();
        assertTrue(text.endsWith("\n"), "no end of the last line");
        text.lines().forEach(scrape::read);
        scrape.checkCounts();
        return scrape;
    }

    /// The value of a series, written as `name{label="value"}`.
    public double value(String name) {
        assertTrue(series.containsKey(name), () -> "no " + name + " in " + series.keySet());
        return series.get(name);
    }

    /// The names of all families.
    Set<String> families() {
        return types.keySet();
    }

    String type(String name) {
        return types.get(name);
    }

    private void read(String line) {
        var help = HELP.matcher(line);
        var type = TYPE.matcher(line);
        if (help.matches()) {
            assertTrue(helped.add(help.group(1)), () -> "two helps: " + line);
            family = help.group(1);
        } else if (type.matches()) {
            assertEquals(family, type.group(1), "a type apart from its help");
            assertNull(types.put(type.group(1), type.group(2)), () -> "two types: " + line);
        } else {
            sample(line);
        }
    }

    private void sample(String line) {
        var match = SAMPLE.matcher(line);
        assertTrue(match.matches(), () -> "no sample: " + line);
        assertTrue(types.containsKey(family), () -> "no type before " + line);
        var name = match.group(1);
        var labels = match.group(2) == null ? "" : match.group(2);
        var value = Double.parseDouble(match.group(3));
        var suffix = switch (types.get(family)) {
            case "histogram" -> "_(bucket|sum|count)";
            case "summary" -> "_(sum|count)";
            default -> "";
        };
        assertTrue(name.matches(Pattern.quote(family) + suffix), () -> "not of " + family + line);
        var key = name + (labels.isEmpty() ? "" : "{" + labels + "}");
        assertNull(series.put(key, value), () -> "two of " + key);
        assertTrue(value >= 0, line);
        if (name.equals(family + "_bucket")) {
            bucket(labels, value);
        }
    }

    private void bucket(String labels, double count) {
        var le = LE.matcher(labels);
        assertTrue(le.find(), () -> "a bucket without a bound: " + labels);
        var histogram = family + "{" + labels.substring(0, le.start()) + "}";
        var bound = le.group(1).equals("+Inf") ? Double.POSITIVE_INFINITY
                : Double.parseDouble(le.group(1));
        var before = bounds.put(histogram, bound);
        assertTrue(before == null || bound > before, () -> "bounds that do not grow: " + labels);
        var below = buckets.put(histogram, count);
        assertTrue(below == null || count >= below, () -> "not cumulative: " + histogram);
    }

    private void checkCounts() {
        bounds.forEach((histogram, bound) -> {
            assertEquals(Double.POSITIVE_INFINITY, bound, histogram);
            var count = histogram.replaceFirst("\\{", "_count{").replace("{}", "");
            assertEquals(buckets.get(histogram), value(count), histogram);
            value(histogram.replaceFirst("\\{", "_sum{").replace("{}", ""));
        });
    }
}
