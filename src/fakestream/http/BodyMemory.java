package fakestream.http;

import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.http.ByteBudget.Figures;
import fakestream.telemetry.PrometheusText;
import java.time.Duration;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The heap that bodies may fill, in one budget for requests and one for answers. It is kept when
/// the settings change, and gets its new size then.
public record BodyMemory(ByteBudget requests, ByteBudget answers) {
    private static final long MIB = 1 << 20;
    private static final double NANOS = 1e9;

    /// The body memory for these settings, within the heap of this process.
    public static BodyMemory of(Config config) {
        var memory = new BodyMemory(new ByteBudget(0, 0), new ByteBudget(0, 0));
        memory.resize(config);
        return memory;
    }

    /// Applies the sizes of these settings. Without one, bodies get half of the heap; the rest is
    /// for streams, connections and the program itself. Answers get 2 of 3 parts: an answer is
    /// often longer than its request.
    public void resize(Config config) {
        var mib = config.get(Setting.BODY_MEMORY_MIB);
        var all = mib > 0 ? mib * MIB : Runtime.getRuntime().maxMemory() / 2;
        var forAnswers = all / 3 * 2;
        resize(answers, forAnswers, config.get(Setting.MAX_UPSTREAM_BYTES));
        resize(requests, all - forAnswers, config.get(Setting.MAX_BODY_BYTES));
    }

    /// At least a quarter stays in the common part, for small bodies.
    private static void resize(ByteBudget budget, long bytes, long longest) {
        var reserve = Math.min(bytes / 4 * 3, ByteBudget.COPIES * longest);
        budget.resize(bytes - reserve, reserve);
    }

    /// Whether bodies have waited without a break for this long.
    public boolean isFullFor(Duration time) {
        return requests.isFullFor(time.toNanos()) || answers.isFullFor(time.toNanos());
    }

    /// Writes the metrics of both budgets.
    public void write(PrometheusText out) {
        write(out, "fakestream_memory_bytes", "gauge",
                "Heap that bodies fill, kept answers included.", Figures::held);
        write(out, "fakestream_memory_max_bytes", "gauge", "Heap that bodies may fill.",
                Figures::most);
        write(out, "fakestream_memory_waiting", "gauge", "Bodies that wait for memory.",
                Figures::waiting);
        write(out, "fakestream_memory_waits_total", "counter",
                "How often a body has waited for memory.", Figures::waits);
        write(out, "fakestream_memory_wait_seconds_total", "counter",
                "How long bodies have waited for memory.", figures -> figures.waited() / NANOS);
    }

    private void write(PrometheusText out, String name, String type, String help,
            ToDoubleFunction<Figures> figure) {
        out.family(name, type, help)
                .sample(name, Map.of("kind", "request"), figure.applyAsDouble(requests.figures()))
                .sample(name, Map.of("kind", "answer"), figure.applyAsDouble(answers.figures()));
    }
}
