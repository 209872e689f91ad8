package memory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/// Runs the jar, with the launcher's options and a heap of 128 MB, under requests and answers that
/// are far too many and too large for it together. Its last line counts the checks that passed.
public final class Memory {
    /// A heartbeat comes each second, at most half a second late.
    private static final long LONGEST_GAP = 1500;

    private static final int MIB = 1 << 20;
    private static final String PAINT = "/v1/images/generations";

    private final Path jar;
    private final Upstream upstream;
    private final boolean small;
    private int passed;
    private int failed;

    /// The steps of one check, on its own daemon.
    @FunctionalInterface
    private interface Run {
        void on(Daemon daemon) throws Exception;
    }

    private Memory(Path jar, Upstream upstream, boolean small) {
        this.jar = jar;
        this.upstream = upstream;
        this.small = small;
    }

    /// @param args the jar, and `small` for a run of a minute
    public static void main(String[] args) throws Exception {
        try (var upstream = Upstream.start()) {
            var memory = new Memory(Path.of(args[0]), upstream,
                    args.length > 1 && args[1].equals("small"));
            memory.images();
            memory.requests();
            memory.kept();
            System.out.println(memory.passed + " passed, " + memory.failed + " failed, 0 skipped");
            System.exit(memory.failed == 0 ? 0 : 1);
        }
    }

    private void check(String name, Map<String, String> settings, Run run) throws Exception {
        var from = System.nanoTime();
        var outcome = "passed";
        try (var daemon = Daemon.start(jar, upstream.url(), settings)) {
            // The first request of a process takes longer, so it is sent before the check.
            Exchange.post(daemon.port(), Bodies.chat("text", true));
            try {
                run.on(daemon);
            } finally {
                daemon.check();
            }
            passed++;
        } catch (Exception | AssertionError e) {
            failed++;
            outcome = "FAILED: " + e;
        }
        System.out.printf("%-60s %5.1f s  %s%n", name, (System.nanoTime() - from) / 1e9, outcome);
    }

    private void images() throws Exception {
        var count = small ? 12 : 24;
        check(count + " chats with images, streamed", Map.of(), daemon -> together(count,
                i -> streamed(daemon, "/v1/chat/completions", i, 400)));
        check(count + " chats with images, at as many speeds", Map.of(), daemon -> together(count,
                i -> streamed(daemon, "/v1/chat/completions", i, 20 + 20 * i)));
        check(count + " painted images, streamed", Map.of(), daemon -> together(count,
                i -> streamed(daemon, PAINT, i, 400)));
        if (!small) {
            check(count + " chats with images, not streamed", Map.of(), daemon -> together(count,
                    i -> whole(daemon, i)));
            check(count + " of Gemini's images, streamed", Map.of(), daemon -> together(count,
                    i -> streamed(daemon, "/v1beta/models/image-" + i
                            + "-400:streamGenerateContent?alt=sse", i, 400)));
            check(count + " of Gemini's images, at as many speeds", Map.of(), daemon -> together(
                    count, i -> streamed(daemon, "/v1beta/models/image-" + i + "-" + (20 + 20 * i)
                            + ":streamGenerateContent?alt=sse", i, 20 + 20 * i)));
        }
    }

    private static Void streamed(Daemon daemon, String path, int number, int speed)
            throws Exception {
        var model = "image-" + number + "-" + speed;
        var body = path.contains("chat") ? Bodies.chat(model, true)
                : path.equals(PAINT) ? Bodies.painting(model)
                : "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}".getBytes();
        var exchange = Exchange.send(daemon.port(), "POST", path, body);
        var text = exchange.text();
        Check.that(exchange.status() == 200, number + " got " + exchange.status() + " "
                + text.substring(0, Math.min(text.length(), 300)));
        Check.that(text.contains(Bodies.image(number)), number + " has another image: "
                + text.substring(Math.max(text.length() - 300, 0)));
        Check.that(path.contains("gemini") || !path.contains("chat")
                || text.endsWith("data: [DONE]\n\n"), number + " has no end");
        Check.that(exchange.longestGap() <= LONGEST_GAP,
                number + " waited " + exchange.longestGap() + " ms for a heartbeat");
        return null;
    }

    private static Void whole(Daemon daemon, int number) throws Exception {
        var exchange = Exchange.post(daemon.port(), Bodies.chat("image-" + number + "-400", false));
        Check.that(exchange.status() == 200 && Arrays.equals(exchange.body(),
                Bodies.chatWithImage(number)), number + " got " + exchange.status());
        return null;
    }

    /// The larger requests never fit into the memory for requests; some of the others wait.
    private void requests() throws Exception {
        for (var length : small ? List.of(5 * MIB, 32 * MIB - 8) : List.of(MIB, 5 * MIB,
                32 * MIB - 8)) {
            requests("zeros", Bodies.zeros(length));
            requests("nested objects", Bodies.nested(length));
            requests("one string", Bodies.longChat("text", length - 100));
        }
    }

    private void requests(String what, byte[] body) throws Exception {
        var name = "8 requests of " + Math.ceilDiv(body.length, MIB) + " MiB of " + what;
        check(name, Map.of(), daemon -> {
            try (var held = HeldStreams.open(daemon.port(), 200)) {
                var statuses = new ArrayList<Integer>();
                for (int round = 0; round < (small ? 1 : 3); round++) {
                    statuses.addAll(together(8, _ -> Exchange.post(daemon.port(), body).status()));
                    daemon.check();
                }
                Check.that(statuses.stream().allMatch(status -> status == 200 || status == 400
                        || status == 413 || status == 503), "they got " + statuses);
                // Waits for the heartbeats that are due now.
                Thread.sleep(LONGEST_GAP);
                Check.that(held.longestGap() <= LONGEST_GAP, "a stream waited "
                        + held.longestGap() + " ms for a heartbeat");
            }
        });
    }

    private void kept() throws Exception {
        var keyed = small ? 150 : 500;
        check(keyed + " requests of 1 MB with answers that are kept",
                Map.of("IDEMPOTENCY_WINDOW_MS", "600000"), daemon -> {
            var body = Bodies.longChat("hundred", 1_000_000);
            var statuses = together(16, keyed, i -> Exchange.post(daemon.port(), body,
                    "Idempotency-Key: key-" + i).status());
            Check.that(statuses.stream().allMatch(status -> status == 200), "got " + statuses);
        });
        var names = small ? 600 : 2000;
        check(names + " long names of models", Map.of("STREAM_MODE", "auto"), daemon -> {
            names(daemon, names / 2, 100_000, 400);
            names(daemon, names, 512, 200);
            var before = daemon.heap();
            names(daemon, names, 512, 200);
            names(daemon, names / 2, 100_000, 400);
            var grown = daemon.heap() - before;
            Check.that(grown < MIB, "the heap has grown by " + grown + " bytes");
        });
    }

    private static void names(Daemon daemon, int count, int length, int expected)
            throws Exception {
        var statuses = together(16, count, i -> {
            var name = (i + "-").repeat(length).substring(0, length);
            return Exchange.post(daemon.port(), Bodies.chat(name, true)).status();
        });
        Check.that(statuses.stream().allMatch(status -> status == expected),
                "names of " + length + " got " + statuses.stream().distinct().toList());
    }

    /// One call, which may fail.
    @FunctionalInterface
    private interface Task<T> {
        T call(int number) throws Exception;
    }

    private static <T> List<T> together(int count, Task<T> task) throws Exception {
        return together(count, count, task);
    }

    private static <T> List<T> together(int threads, int count, Task<T> task) throws Exception {
        return Check.together(threads, IntStream.range(0, count)
                .<Callable<T>>mapToObj(i -> () -> task.call(i)).toList());
    }
}
