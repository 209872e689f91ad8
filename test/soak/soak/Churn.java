package soak;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/// Clients that come and go until the time is up; each does one action after another. The daemon's
/// faults are noted.
final class Churn {
    /// The longest pause between two actions of one client, in milliseconds. With two hundred
    /// clients this makes some twenty visits a second. More would keep two cores busy, and slow
    /// answers would then say nothing about leaks.
    private static final int PAUSE = 16_000;

    /// An action of a client.
    private interface Deed {
        void on(Visit visit) throws IOException, InterruptedException;
    }

    /// Each action is as likely as any other.
    private static final List<Map.Entry<String, Deed>> DEEDS = List.of(
            deed("stream", visit -> visit.stream("good")),
            deed("stream, slow upstream", visit -> visit.stream("slow")),
            deed("stream, passed on", visit -> visit.stream("real-stream")),
            deed("stream, whole answer for one", visit -> visit.stream("auto-whole")),
            deed("whole answer", visit -> visit.whole("good")),
            deed("long stream", visit -> visit.stream("long")),
            deed("kept connection", visit -> visit.keepAlive(5)),
            deed("pipelined requests", Visit::pipeline),
            deed("upload", visit -> visit.upload(200_000)),
            deed("upload that is too large", visit -> visit.upload(1_500_000)),
            deed("stream of an image", visit -> visit.stream("image")),
            deed("whole image", visit -> visit.whole("image")),
            deed("request of numbers", visit -> visit.numbers(450_000)),
            deed("says nothing", visit -> visit.dribble("")),
            deed("half a head", visit -> visit.dribble("GET / HTTP/1.1\r\nX: "
                    + "x".repeat(30_000))),
            deed("a byte now and then", visit -> visit.dribble("POST /v1/chat/completions HTTP")),
            deed("no request", visit -> visit.leave("", false)),
            deed("half a request, FIN", visit -> visit.leave("POST /v1/chat", false)),
            deed("half a body, RST", visit -> visit.halfABody(true)),
            deed("leaves before the answer, FIN", visit -> visit.leaveBefore("never", false)),
            deed("leaves before the answer, RST", visit -> visit.leaveBefore("slow", true)),
            deed("leaves in the middle, FIN", visit -> visit.leaveWithin("real-stream", false)),
            deed("leaves in the middle, RST", visit -> visit.leaveWithin("long", true)),
            deed("leaves whole answer, RST", visit -> visit.leaveWhole("slow", true)),
            deed("never reads", visit -> visit.neverRead("large")),
            deed("reads slowly", visit -> visit.readSlowly("long")),
            deed("upstream resets", visit -> visit.fail("reset")),
            deed("upstream cuts", visit -> visit.fail("cut")),
            deed("upstream stalls", visit -> visit.fail("stall")),
            deed("upstream never answers", visit -> visit.fail("never")),
            deed("upstream says 503", visit -> visit.fail("error-503")),
            deed("upstream talks nonsense", visit -> visit.fail("garbage")),
            deed("upstream sends too much", visit -> visit.fail("huge")),
            deed("upstream cuts its stream", visit -> visit.fail("real-cut")));

    /// All actions, or those whose name contains this text, to find a culprit.
    private static final List<Map.Entry<String, Deed>> CHOSEN = DEEDS.stream()
            .filter(deed -> deed.getKey().contains(System.getProperty("soak.only", ""))).toList();

    private final int port;
    private final long until;
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final Map<String, LongAdder> done = new ConcurrentSkipListMap<>();

    Churn(int port, long until) {
        this.port = port;
        this.until = until;
    }

    private static Map.Entry<String, Deed> deed(String name, Deed deed) {
        return Map.entry(name, deed);
    }

    /// One client; its number is its seed.
    Runnable client(int number) {
        var random = new Random(number);
        return () -> {
            try {
                while (System.nanoTime() < until) {
                    Thread.sleep(random.nextInt(PAUSE));
                    visit(CHOSEN.get(random.nextInt(CHOSEN.size())));
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private void visit(Map.Entry<String, Deed> deed) throws InterruptedException {
        try (var visit = Visit.to(port)) {
            deed.getValue().on(visit);
            done.computeIfAbsent(deed.getKey(), _ -> new LongAdder()).increment();
        } catch (IOException | IllegalStateException e) {
            faults.add(deed.getKey() + ": " + e);
        }
    }

    boolean isGood() {
        Soak.complain("faults of the daemon", faults);
        return faults.isEmpty();
    }

    String table() {
        var table = new StringBuilder("\n%-34s %8s\n".formatted("what clients did", "times"));
        done.forEach((name, times) -> table.append("%-34s %8d\n".formatted(name, times.sum())));
        return table.append("%-34s %8d\n".formatted("all",
                done.values().stream().mapToLong(LongAdder::sum).sum())).toString();
    }
}
