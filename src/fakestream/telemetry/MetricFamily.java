package fakestream.telemetry;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// The figures of one name, one for each set of label values. Any thread may call it. The caller
/// must keep the sets few: each set stays forever.
///
/// @param <T> the type of a figure
final class MetricFamily<T> {
    /// The kind of a figure, and how a figure is written.
    ///
    /// @param make creates a figure that has counted nothing
    private record Kind<T>(String type, Supplier<T> make, Writer<T> writer) {
    }

    /// Writes one figure.
    @FunctionalInterface
    private interface Writer<T> {
        void write(PrometheusText out, String name, SequencedMap<String, String> labels, T figure);
    }

    private final String name;
    private final String help;
    private final Kind<T> kind;
    private final List<String> labels;
    private final Map<List<String>, T> figures = new ConcurrentHashMap<>();

    private MetricFamily(String name, String help, Kind<T> kind, String... labels) {
        this.name = name;
        this.help = help;
        this.kind = kind;
        this.labels = List.of(labels);
        if (labels.length == 0) {
            of();
        }
    }

    /// Figures that only grow.
    static MetricFamily<LongAdder> counters(String name, String help, String... labels) {
        return sums("counter", name, help, labels);
    }

    /// Figures that go up and down.
    static MetricFamily<LongAdder> gauges(String name, String help, String... labels) {
        return sums("gauge", name, help, labels);
    }

    /// Figures that count durations.
    ///
    /// @param bounds see [Histogram]
    static MetricFamily<Histogram> histograms(String name, String help, List<Double> bounds,
            String... labels) {
        return new MetricFamily<>(name, help, new Kind<>("histogram", () -> new Histogram(bounds),
                (out, of, with, histogram) -> histogram.write(out, of, with)), labels);
    }

    /// Creates the figures for these values of the only label, at zero.
    MetricFamily<T> from(String... values) {
        Arrays.stream(values).forEach(this::of);
        return this;
    }

    /// The figure for these label values, in the order of the labels.
    T of(String... values) {
        return figures.computeIfAbsent(List.of(values), _ -> kind.make().get());
    }

    /// Writes all figures, in a stable order.
    void write(PrometheusText out) {
        out.family(name, kind.type(), help);
        figures.entrySet().stream().sorted(Comparator.comparing(figure ->
                String.join("\n", figure.getKey()))).forEach(figure ->
                        kind.writer().write(out, name, labelled(figure.getKey()),
                                figure.getValue()));
    }

    private static MetricFamily<LongAdder> sums(String type, String name, String help,
            String... labels) {
        return new MetricFamily<>(name, help, new Kind<>(type, LongAdder::new,
                (out, of, with, sum) -> out.sample(of, with, sum.sum())), labels);
    }

    private SequencedMap<String, String> labelled(List<String> values) {
        var all = new LinkedHashMap<String, String>();
        for (int i = 0; i < values.size(); i++) {
            all.put(labels.get(i), values.get(i));
        }
        return all;
    }
}
