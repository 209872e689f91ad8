import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/// The cost of open streams in the daemon. 1,000 streams and then many are held against a silent
/// upstream, each time on a new daemon, and then answered all at once; then 1,000 are paced. Daemon
/// and upstream are separate processes. One thread runs all clients, because the three share the
/// machine. Exits with 1 if a stream failed, but not if an aim was missed.
///
/// `java test/bench/Hold.java JSON STREAMS COMMAND...`, as in
/// `... build/hold.json 6000 java -XX:+UseSerialGC -jar build/fakestream.jar`
final class Hold {
    private static final int FEW = 1000;
    private static final int PACED = 1000;
    private static final int ROUNDS = 5;
    private static final int ROUNDS_TO_WARM_UP = 2;
    /// The JVM compiles a method well after 10,000 calls, and then later with less memory.
    private static final int ROUNDS_TO_COMPILE = 30;
    /// The daemon's default, which the command line also sets.
    private static final long BEAT_MILLIS = 3000;
    private static final long PACE_MILLIS = 35;

    private static final Duration A_BEAT = Duration.ofMillis(BEAT_MILLIS);
    private static final Duration HELD = Duration.ofSeconds(20);
    private static final Duration SETTLED = Duration.ofSeconds(6);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final int OPENING_PAUSE_MILLIS = 1;
    /// The memory of the warm-up connections is freed in several collections.
    private static final int COLLECTIONS = 4;

    private static final double BEAT_AIM = 250;
    private static final double RESIDENT_AIM = 48;
    private static final double GROWTH_AIM = 1.15;

    /// The files that a process has open besides its connections.
    private static final int OTHER_FILES = 100;
    private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files +(\\d+) ");

    private final Figures figures;
    private final List<String> command;
    private long failed;

    /// The cost of one stream while many are held.
    private record Cost(double cpuMicros, double residentKibibytes, double heapKibibytes) {
    }

    private Hold(Figures figures, List<String> command) {
        this.figures = figures;
        this.command = command;
    }

    static void main(String[] args) throws IOException {
        var figures = new Figures();
        var hold = new Hold(figures, List.of(args).subList(2, args.length));
        var streams = possible(Integer.parseInt(args[1]));
        var few = hold.measureHeld(Math.min(FEW, streams));
        if (streams > FEW) {
            hold.compare(few, hold.measureHeld(streams), streams);
        }
        hold.measurePaced(Math.min(PACED, streams));
        figures.write(Path.of(args[0]));
        System.exit(hold.failed == 0 ? 0 : 1);
    }

    /// The number of streams wanted, or as many as the open files allow. A JVM raises its own limit
    /// to the hard limit and passes that on to its children.
    private static int possible(int wanted) throws IOException {
        var limit = OPEN_FILES.matcher(Files.readString(Path.of("/proc/self/limits")));
        if (!limit.find()) {
            return wanted;
        }
        var most = (Integer.parseInt(limit.group(1)) - OTHER_FILES) / 2;
        if (most < wanted) {
            System.out.printf("ONLY %,d STREAMS instead of %,d: a process may open %s files here, "
                    + "and the daemon needs two for each stream.%n", most, wanted, limit.group(1));
        }
        return Math.min(most, wanted);
    }

    private Cost measureHeld(int count) throws IOException {
        figures.part("%,d streams held for %d s".formatted(count, HELD.toSeconds()));
        try (var upstream = Child.startSilentUpstream();
                var daemon = startDaemon(upstream, count)) {
            warmUp(new Clients(daemon.port()), Math.min(FEW, count), upstream);
            for (int i = 0; i < COLLECTIONS; i++) {
                daemon.collect();
            }
            daemon.trim();
            var heap = daemon.heapKibibytes();
            var resident = daemon.residentKibibytes();
            var clients = new Clients(daemon.port());
            open(clients, count);
            var cpu = hold(clients, daemon);
            // Collects first, as before: the youngest streams then use memory that was there.
            var heapHeld = daemon.heapKibibytes();
            var residentHeld = daemon.residentKibibytes();
            var cost = new Cost(cpu.toNanos() / 1e3 / HELD.toSeconds() / count,
                    (residentHeld - resident) * 1.0 / count, (heapHeld - heap) * 1.0 / count);
            figures.row("resident before, KiB", resident);
            figures.row("resident, KiB a stream", cost.residentKibibytes, RESIDENT_AIM);
            figures.row("heap, KiB a stream", cost.heapKibibytes);
            figures.row("processor, % of a core", cpu.toMillis() * 100.0 / HELD.toMillis());
            figures.row("processor, µs a stream and second", cost.cpuMicros);
            answer(clients, upstream, daemon);
            return cost;
        }
    }

    /// Loads and compiles the code that every stream needs, as in a daemon that has run for a
    /// while, and then closes the connections.
    private static void warmUp(Clients clients, int count, Child upstream) throws IOException {
        for (int i = 0; i < ROUNDS_TO_COMPILE; i++) {
            ask(clients, count);
            release(clients, upstream);
        }
        for (var stream : clients.streams()) {
            if (!stream.isWhole()) {
                throw new IOException("a stream failed while the daemon was warmed up: "
                        + stream.status() + " " + stream.failure());
            }
        }
        clients.read(in(SETTLED), () -> { });
    }

    private Child startDaemon(Child upstream, int streams) throws IOException {
        var whole = new ArrayList<>(command);
        whole.addAll(List.of("--config", "/dev/null", "--port", "0",
                "--upstream", "http://127.0.0.1:" + upstream.port(),
                "--set", "MAX_STREAMS=" + streams,
                "--set", "HEARTBEAT_INTERVAL_MS=" + BEAT_MILLIS,
                "--set", "CHUNK_DELAY_MS=" + PACE_MILLIS));
        return Child.start(whole, _ -> { });
    }

    /// Opens `count` streams; returns once they get heartbeats and the daemon has calmed down.
    private static void open(Clients clients, int count) throws IOException {
        ask(clients, count);
        var deadline = in(LONGEST_WAIT);
        while (!clients.streams().stream().allMatch(it -> it.hasBeaten() || it.hasEnded())
                && System.nanoTime() < deadline) {
            clients.read(in(A_BEAT), () -> { });
        }
        clients.read(in(SETTLED), () -> { });
    }

    private static void ask(Clients clients, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            clients.connect().ask("silent");
            clients.look(OPENING_PAUSE_MILLIS);
        }
    }

    /// Measures the heartbeats; returns the processor time that the daemon used meanwhile.
    private Duration hold(Clients clients, Child daemon) throws IOException {
        var before = daemon.cpu();
        clients.measureFrom(System.nanoTime());
        clients.read(in(HELD), () -> { });
        var ended = System.nanoTime();
        var cpu = daemon.cpu().minus(before);
        clients.streams().forEach(stream -> stream.beat(ended));
        var gaps = clients.sorted(HeldStream::beatGaps);
        figures.row("heartbeats", gaps.length - clients.streams().size());
        figures.row("gap between heartbeats, median, ms", millis(gaps, 50));
        figures.row("gap between heartbeats, p99, ms", millis(gaps, 99), BEAT_MILLIS + BEAT_AIM);
        figures.row("gap between heartbeats, longest, ms", millis(gaps, 100));
        figures.row("longest pause of the measurer, ms", clients.worstPause() / 1e6);
        return cpu;
    }

    /// Measures when the answers arrive that the upstream sends all at once.
    private void answer(Clients clients, Child upstream, Child daemon) throws IOException {
        clients.read(in(A_BEAT), () -> { });
        var before = daemon.cpu();
        var released = System.nanoTime();
        release(clients, upstream);
        var cpu = daemon.cpu().minus(before);
        var first = whole(clients, HeldStream::untilFirstByte);
        var answer = whole(clients, stream -> stream.firstContent() - released);
        figures.row("first byte behind the request, median, ms", millis(first, 50));
        figures.row("first byte behind the request, p99, ms", millis(first, 99));
        figures.row("first byte behind the request, longest, ms", millis(first, 100));
        figures.row("first byte of the answer, median, ms", millis(answer, 50));
        figures.row("first byte of the answer, p99, ms", millis(answer, 99));
        figures.row("first byte of the answer, longest, ms", millis(answer, 100));
        figures.row("processor, µs an answer", cpu.toNanos() / 1e3 / clients.streams().size());
        countFailed(clients);
    }

    /// Lets the upstream answer once all open streams wait there.
    private static void release(Clients clients, Child upstream) throws IOException {
        upstream.say("" + clients.streams().stream().filter(it -> !it.hasEnded()).count());
        clients.readToTheEnd(in(LONGEST_WAIT));
    }

    private void compare(Cost few, Cost many, int count) {
        figures.part("growth from %,d to %,d streams".formatted(FEW, count));
        ratio("resident a stream", few, many, Cost::residentKibibytes);
        ratio("heap a stream", few, many, Cost::heapKibibytes);
        ratio("processor a stream", few, many, Cost::cpuMicros);
    }

    private void ratio(String name, Cost few, Cost many, ToDoubleFunction<Cost> of) {
        figures.ratio(name, of.applyAsDouble(many) / of.applyAsDouble(few), GROWTH_AIM);
    }

    private void measurePaced(int count) throws IOException {
        figures.part("%,d streams paced at %d ms, %d times".formatted(count, PACE_MILLIS, ROUNDS));
        try (var upstream = Child.startSilentUpstream();
                var daemon = startDaemon(upstream, count)) {
            pace(new Clients(daemon.port()), count, ROUNDS_TO_WARM_UP);
            var before = daemon.cpu();
            var began = System.nanoTime();
            var clients = new Clients(daemon.port());
            pace(clients, count, ROUNDS);
            var cpu = daemon.cpu().minus(before).toNanos();
            var took = System.nanoTime() - began;
            var errors = Arrays.stream(clients.sorted(HeldStream::contentGaps))
                    .map(gap -> Math.abs(gap - PACE_MILLIS * 1_000_000)).sorted().toArray();
            figures.row("pauses between pieces", errors.length);
            figures.row("pacing error, median, ms", millis(errors, 50));
            figures.row("pacing error, p99, ms", millis(errors, 99));
            figures.row("pacing error, greatest, ms", millis(errors, 100));
            figures.row("longest pause of the measurer, ms", clients.worstPause() / 1e6);
            figures.row("processor, % of a core", cpu * 100.0 / took);
            figures.row("processor, µs a stream", cpu / 1e3 / clients.streams().size());
            countFailed(clients);
        }
    }

    /// Paces `count` streams at once, `rounds` times. All clients connect before they send, so that
    /// all send before the first stream has ended.
    private static void pace(Clients clients, int count, int rounds) throws IOException {
        for (int i = 0; i < rounds; i++) {
            var streams = new ArrayList<HeldStream>();
            for (int j = 0; j < count; j++) {
                streams.add(clients.connect());
            }
            for (var stream : streams) {
                stream.ask("paced");
                clients.look(0);
            }
            clients.readToTheEnd(in(LONGEST_WAIT));
        }
    }

    private void countFailed(Clients clients) {
        var bad = clients.streams().stream().filter(stream -> !stream.isWhole()).toList();
        figures.row("streams that failed", bad.size());
        bad.stream().map(HeldStream::failure).filter(text -> !text.isEmpty()).findFirst()
                .ifPresent(text -> System.out.println("the first failure: " + text));
        failed += bad.size();
    }

    private static long[] whole(Clients clients, ToLongFunction<HeldStream> of) {
        return clients.streams().stream().filter(HeldStream::isWhole).mapToLong(of).sorted()
                .toArray();
    }

    private static double millis(long[] sorted, int percent) {
        return Figures.percentile(sorted, percent) / 1e6;
    }

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }
}
