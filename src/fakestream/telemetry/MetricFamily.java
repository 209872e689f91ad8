package fakestream.telemetry;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// The figures of one name, one for each set of label values. Any thread may call it. The caller
/// must keep the sets few: each set stays forever.
///
/// @param <T> the type of a figure
final class MetricFamily<T> {
    private final String type;
    private final String name;
    private final String help;
    private final Supplier<T> make;
    private final List<String> labels;
    private final Map<List<String>, T> figures = new ConcurrentHashMap<>();

    /// @param make creates a figure that has counted nothing
    private MetricFamily(String type, String name, String help, Supplier<T> make,
            String... labels) {
        this.type = type;
        this.name = name;
        this.help = help;
        this.make = make;
        this.labels = List.of(labels);
        if (labels.length == 0) {
            of();
        }
    }

    /// Figures that only grow.
    static MetricFamily<LongAdder> counters(String name, String help, String... labels) {
        return new MetricFamily<>("counter", name, help, LongAdder::new, labels);
    }

    /// Figures that go up and down.
    static MetricFamily<LongAdder> gauges(String name, String help, String... labels) {
        return new MetricFamily<>("gauge", name, help, LongAdder::new, labels);
    }

    /// Figures that count durations.
    ///
    /// @param bounds see [Histogram]
    static MetricFamily<Histogram> histograms(String name, String help, List<Double> bounds,
            String... labels) {
        return new MetricFamily<>("histogram", name, help, () -> new Histogram(bounds), labels);
    }

    /// Creates the figures for these values of the only label, at zero.
    MetricFamily<T> from(String... values) {
        Arrays.stream(values).forEach(this::of);
        return this;
    }

    /// The figure for these label values, in the order of the labels.
    T of(String... values) {
        return figures.computeIfAbsent(List.of(values), _ -> make.get());
    }

    /// Writes all figures, in a stable order.
    void write(PrometheusText out) {
        out.family(name, type, help);
        figures.entrySet().stream()
                .sorted(Comparator.comparing(entry -> String.join("\n", entry.getKey())))
                .forEach(entry -> write(out, labelled(entry.getKey()), entry.getValue()));
    }

    private void write(PrometheusText out, Map<String, String> labels, T figure) {
        switch (figure) {
            case Histogram histogram -> histogram.write(out, name, labels);
            case LongAdder sum -> out.sample(name, labels, sum.sum());
            default -> throw new IllegalStateException(type);
        }
    }

    private Map<String, String> labelled(List<String> values) {
        var all = new LinkedHashMap<String, String>();
        for (int i = 0; i < values.size(); i++) {
            all.put(labels.get(i), values.get(i));
        }
        return all;
    }
}
