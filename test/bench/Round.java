import java.io.IOException;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// The figures of one target, in one round or as medians of several.
///
/// @param cpuMicros the target's own processor time for one request
record Round(double requestsPerSecond, double p50Millis, double p99Millis, double cpuMicros) {
    private static final int GRACE_SECONDS = 30;

    /// Runs wrk against a target for this time.
    ///
    /// @param answer the target's answer; with fewer bytes a request, some were not whole
    /// @throws IOException if a single request failed
    static Round measure(Target target, Target.Answer answer, int seconds, int connections)
            throws IOException, InterruptedException {
        var before = target.cpu();
        var said = Rig.output(seconds + GRACE_SECONDS, target.wrk(seconds, connections));
        var spent = target.cpu().minus(before);
        var figures = said.lines().filter(line -> line.startsWith("figures ")).findFirst()
                .orElseThrow(() -> new IOException("wrk gave no figures:\n" + said));
        var figure = figures.split(" ");
        var requests = Long.parseLong(figure[1]);
        var errors = Long.parseLong(figure[6]);
        if (requests == 0 || errors > 0
                || Long.parseLong(figure[5]) < requests * answer.bytes()) {
            throw new IOException(target.name() + " failed in " + errors + " requests of "
                    + requests + ", or answered less than " + answer.bytes() + " bytes:\n" + said);
        }
        return new Round(requests * 1e6 / Long.parseLong(figure[2]),
                Long.parseLong(figure[3]) / 1e3, Long.parseLong(figure[4]) / 1e3,
                spent.dividedBy(requests).toNanos() / 1e3);
    }

    /// The medians of the rounds, one for each figure.
    static Round median(List<Round> rounds) {
        return new Round(median(rounds, Round::requestsPerSecond),
                median(rounds, Round::p50Millis), median(rounds, Round::p99Millis),
                median(rounds, Round::cpuMicros));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        var sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
