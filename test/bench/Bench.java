import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The cost of a request through fakestream, compared with the least possible: the same fast
/// upstream is asked directly, through nginx, through fakestream and through a peer, in turn and in
/// several rounds. The figures depend on the machine and the hour; compare only ratios in a run.
///
/// `test/bench/run` starts it with everything it needs, and lists the settings. Fails if one
/// request fails; a missed aim is only shown.
final class Bench {
    private static final int ROUNDS = number("ROUNDS", 5);
    private static final int SECONDS_EACH = number("SECONDS_EACH", 5);
    private static final int WARM_UP_SECONDS = number("WARM_UP_SECONDS", 10);
    private static final int CONNECTIONS = number("CONNECTIONS", 32);
    private static final int MOST_WARM_UPS = 10;
    private static final double WARM = 0.95;
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private static final Map<String, Integer> SETTINGS = Map.of("rounds", ROUNDS, "seconds_each",
            SECONDS_EACH, "warm_up_seconds", WARM_UP_SECONDS, "connections", CONNECTIONS);

    private final List<Target> targets;
    private final String text;
    private final Map<Target, Target.Answer> answers = new LinkedHashMap<>();
    private final Map<Target, List<Round>> rounds = new LinkedHashMap<>();

    private Bench(List<Target> targets, String text) {
        this.targets = targets;
        this.text = text;
    }

    static void main(String[] args) throws IOException, InterruptedException {
        var jar = Path.of(args[0]);
        var answer = Files.readString(Path.of("test/bench/answer.json"));
        var rig = new Rig(jar, answer);
        try {
            var report = new Bench(rig.targets(), Target.text(answer)).measure(answer.length());
            System.out.print(report.table());
            Files.writeString(Path.of(args[1]), report.json(rig.versions(jar)));
        } catch (IOException e) {
            System.err.println("bench: " + e.getMessage() + "\nThe servers said:\n"
                    + rig.complaints());
            System.exit(1);
        }
    }

    private static int number(String name, int fallback) {
        var text = System.getenv(name);
        return text == null || text.isEmpty() ? fallback : Integer.parseInt(text);
    }

    private Report measure(int upstreamBytes) throws IOException, InterruptedException {
        System.out.printf("Asking for an answer of %,d bytes with %d characters of text, over %d "
                + "connections%n", upstreamBytes, text.length(), CONNECTIONS);
        for (var target : targets) {
            answers.put(target, awaitAnswer(target));
            rounds.put(target, new ArrayList<>());
        }
        for (var target : targets) {
            warmUp(target);
        }
        var load = Figures.loadAverage();
        // Each round begins with another target, so that none always follows the same one.
        var order = new ArrayList<>(targets);
        for (var i = 1; i <= ROUNDS; i++) {
            System.out.printf("Round %d of %d%n", i, ROUNDS);
            for (var target : order) {
                rounds.get(target).add(measure(target, SECONDS_EACH));
            }
            Collections.rotate(order, -1);
        }
        for (var target : targets) {
            awaitAnswer(target);
        }
        var report = new Report(SETTINGS, load);
        targets.forEach(it -> report.add(it, answers.get(it), rounds.get(it)));
        return report;
    }

    /// The answer of a server that may still be starting.
    private Target.Answer awaitAnswer(Target target) throws IOException, InterruptedException {
        var until = System.nanoTime() + LONGEST_START.toNanos();
        try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            while (true) {
                try {
                    return target.check(client, text);
                } catch (ConnectException e) {
                    if (System.nanoTime() > until || !target.process().isAlive()) {
                        throw new IOException(target.name() + ": nothing listens", e);
                    }
                    Thread.sleep(PAUSE);
                }
            }
        }
    }

    /// Sends requests until the processor time of a request no longer falls: how long a server
    /// compiles itself depends on the load of the machine.
    private void warmUp(Target target) throws IOException, InterruptedException {
        System.out.printf("Warming up: %s; CPU us/request", target.name());
        var last = Double.MAX_VALUE;
        for (var i = 0; i < MOST_WARM_UPS; i++) {
            var now = measure(target, WARM_UP_SECONDS).cpuMicros();
            System.out.printf(" %.0f", now);
            if (now > last * WARM) {
                break;
            }
            last = now;
        }
        System.out.println();
    }

    private Round measure(Target target, int seconds) throws IOException, InterruptedException {
        return Round.measure(target, answers.get(target), seconds, CONNECTIONS);
    }
}
