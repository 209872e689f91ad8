package fakestream.telemetry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/// Counts durations by length. Any thread may call it.
final class Histogram {
    private static final double NANOS = 1e9;

    private final List<Double> bounds;
    private final List<LongAdder> counts;
    private final LongAdder sum = new LongAdder();

    /// @param bounds the longest time of each bucket except the last, in seconds, ascending
    Histogram(List<Double> bounds) {
        this.bounds = bounds;
        this.counts = Stream.generate(LongAdder::new).limit(bounds.size() + 1L).toList();
    }

    /// Counts one duration.
    void observe(long nanos) {
        var seconds = nanos / NANOS;
        int bucket = 0;
        while (bucket < bounds.size() && seconds > bounds.get(bucket)) {
            bucket++;
        }
        counts.get(bucket).increment();
        sum.add(nanos);
    }

    /// Writes each bucket with the counts of all lower buckets. The total is the sum of the counts
    /// that were read for the buckets, so both agree even if other threads count meanwhile.
    void write(PrometheusText out, String name, Map<String, String> labels) {
        long count = 0;
        for (int i = 0; i < counts.size(); i++) {
            count += counts.get(i).sum();
            var bucket = new LinkedHashMap<>(labels);
            bucket.put("le", i < bounds.size() ? PrometheusText.number(bounds.get(i)) : "+Inf");
            out.sample(name + "_bucket", bucket, count);
        }
        out.sample(name + "_sum", labels, sum.sum() / NANOS);
        out.sample(name + "_count", labels, count);
    }
}
