package soak;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Runs a daemon under some two hundred clients of every bad kind, with an upstream of every bad
/// kind. Afterwards the daemon must hold no more open descriptors, threads or memory than after a
/// short run of the same.
public final class Soak {
    private static final int CLIENTS = 200;

    /// Longer than the upstream pool keeps a connection, and longer than a writer may stall.
    private static final Duration QUIET = Duration.ofSeconds(12);

    private Soak() {
    }

    /// @param args the jar, and for how many seconds clients come
    public static void main(String[] args) throws IOException, InterruptedException {
        var length = Duration.ofSeconds(Long.parseLong(args[1]));
        var shorter = length.dividedBy(4);
        var warmUp = shorter.compareTo(Duration.ofSeconds(90)) < 0 ? shorter
                : Duration.ofSeconds(90);
        var passed = false;
        try (var upstream = Upstream.start();
                var daemon = Daemon.start(Path.of(args[0]), upstream.url())) {
            var first = churn(daemon, warmUp);
            var before = Figures.of(daemon.pid());
            System.out.print("after the warm-up" + before.table(before));
            var second = churn(daemon, length);
            var after = Figures.of(daemon.pid());
            System.out.print(second.table());
            System.out.print(after.table(before));
            passed = after.isBackTo(before) & first.isGood() & second.isGood()
                    & daemon.isGood(upstream);
        }
        System.out.println(passed ? "soak: passed" : "soak: FAILED");
        System.exit(passed ? 0 : 1);
    }

    private static Churn churn(Daemon daemon, Duration length) throws InterruptedException {
        var churn = new Churn(daemon.port(), System.nanoTime() + length.toNanos());
        var clients = new ArrayList<Thread>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(Thread.ofVirtual().start(churn.client(i)));
        }
        for (var client : clients) {
            client.join();
        }
        Thread.sleep(QUIET);
        return churn;
    }

    /// Reports faults that a run must not have.
    static void complain(String what, List<String> faults) {
        System.out.println(what + ": " + faults.size());
        faults.stream().limit(10).forEach(fault -> System.out.println("  " + fault));
    }
}
