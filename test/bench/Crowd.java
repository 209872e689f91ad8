import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Honest streams among bad clients: 200 clients never read and 300 send their headers byte by
/// byte, beside 2,000 that wait for an answer. Measures the delay of heartbeats to these 2,000.
/// Exits with 1 if a heartbeat misses its bound, or if a client that never reads is not cut. The
/// daemon and its upstream are separate processes. One thread does everything here, because all
/// three share the machine.
///
/// `java test/bench/Crowd.java build/fakestream.jar [JVM options of the daemon]`
final class Crowd {
    private static final int HONEST = 2000;
    private static final int DEAF = 200;
    private static final int SLOW = 300;
    private static final long BEAT_MILLIS = 1000;
    private static final long MOST_LATE_MILLIS = 250;
    private static final int OPENING_PAUSE_MILLIS = 2;
    private static final Duration OPENING = Duration.ofSeconds(60);
    private static final Duration MEASURED = Duration.ofSeconds(30);

    /// The time until the last bad client is cut: its buffers take megabytes before it stalls.
    private static final Duration CUTTING = Duration.ofSeconds(60);
    private static final long SLOW_BYTE_EVERY_MILLIS = 200;
    private static final String DEAF_MODEL = "long";

    private static final LongAdder LEFT = new LongAdder();

    private final Figures figures = new Figures();
    private final Clients clients;
    private final List<SocketChannel> deaf = new ArrayList<>();
    private final List<SocketChannel> slow = new ArrayList<>();
    private final byte[] slowHead =
            Clients.head(0).substring(0, 100).getBytes(StandardCharsets.US_ASCII);
    private int slowSent;
    private int slowCut;
    private long nextSlowByte;

    private Crowd(Clients clients) {
        this.clients = clients;
    }

    static void main(String[] args) throws IOException {
        var upstream = Child.startSilentUpstream();
        var command = new ArrayList<>(List.of(Child.java()));
        command.addAll(List.of(args).subList(1, args.length));
        command.addAll(List.of("-jar", args[0], "--port", "0", "--upstream",
                "http://127.0.0.1:" + upstream.port(), "--set", "HEARTBEAT_INTERVAL_MS=1000",
                "--set", "COMMIT_AFTER_MS=0", "--set", "CLIENT_WRITE_TIMEOUT_MS=10000",
                "--set", "STREAM_MODE_MODELS=" + DEAF_MODEL + "=real"));
        var daemon = Child.start(command, Crowd::hear);
        System.exit(new Crowd(new Clients(daemon.port())).run(daemon) ? 0 : 1);
    }

    /// Counts the lines of the daemon that say a client left.
    private static void hear(String said) {
        if (said.contains(" 499 ")) {
            LEFT.increment();
        }
    }

    private boolean run(Child daemon) throws IOException {
        openHonest();
        figures.part("%,d streams beside %d clients that never read and %d that send a byte each "
                .formatted(HONEST, DEAF, SLOW) + SLOW_BYTE_EVERY_MILLIS + " ms");
        var cpu = daemon.cpu();
        var began = System.nanoTime();
        clients.measureFrom(began);
        openBad();
        clients.read(began + MEASURED.toNanos(), this::sendSlowly);
        var spent = daemon.cpu().minus(cpu).toMillis() * 100 / MEASURED.toMillis();
        var ended = System.nanoTime();
        clients.streams().forEach(stream -> stream.beat(ended));
        var good = report((ended - began) / 1_000_000);
        awaitCuts(began);
        figures.row("processor, % of a core", spent);
        figures.row("resident, KiB", daemon.residentKibibytes());
        return good && LEFT.sum() == DEAF;
    }

    /// The daemon cuts a slow sender without a log line, because it has sent no whole request.
    private void awaitCuts(long began) throws IOException {
        var deadline = System.nanoTime() + CUTTING.toNanos();
        while (LEFT.sum() < DEAF && System.nanoTime() < deadline) {
            clients.read(System.nanoTime() + 100_000_000L, this::sendSlowly);
        }
        figures.row("clients that never read, cut (of " + DEAF + ")", LEFT.sum());
        figures.row("the last of them after, ms", (System.nanoTime() - began) / 1_000_000);
    }

    private void openHonest() throws IOException {
        var deadline = System.nanoTime() + OPENING.toNanos();
        for (int i = 0; i < HONEST; i++) {
            clients.connect().ask("silent");
            clients.look(OPENING_PAUSE_MILLIS);
        }
        while (clients.streams().stream().anyMatch(it -> !it.hasBeaten() && !it.hasEnded())
                && System.nanoTime() < deadline) {
            clients.look(100);
        }
        // By now the beating code is compiled, and the burst of first beats is over.
        clients.read(System.nanoTime() + 5_000_000_000L, () -> { });
    }

    private void openBad() throws IOException {
        for (int i = 0; i < SLOW; i++) {
            var channel = SocketChannel.open(clients.daemon());
            channel.configureBlocking(false);
            slow.add(channel);
            clients.look(0);
        }
        for (int i = 0; i < DEAF; i++) {
            var channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            channel.connect(clients.daemon());
            Clients.ask(channel, DEAF_MODEL);
            deaf.add(channel);
            clients.look(0);
        }
    }

    private void sendSlowly() {
        var now = System.nanoTime();
        if (now < nextSlowByte || slowSent == slowHead.length) {
            return;
        }
        nextSlowByte = now + SLOW_BYTE_EVERY_MILLIS * 1_000_000;
        slow.removeIf(channel -> !sends(channel, slowHead[slowSent]));
        slowSent += slow.isEmpty() ? 0 : 1;
    }

    private boolean sends(SocketChannel channel, byte one) {
        try {
            channel.write(ByteBuffer.wrap(new byte[] {one}));
            return true;
        } catch (IOException _) {
            slowCut++;
            return false;
        }
    }

    private boolean report(long millis) {
        var honest = clients.streams();
        var gaps = clients.sorted(HeldStream::beatGaps);
        var late = Arrays.stream(gaps)
                .map(gap -> Math.max(gap / 1_000_000 - BEAT_MILLIS, 0)).toArray();
        var refused = honest.stream().filter(stream -> stream.status() == 503).count();
        var errors = honest.stream().filter(stream -> !stream.isOpen()).count() - refused;
        var worst = Figures.percentile(late, 100);
        var fewest = honest.stream().mapToInt(stream -> stream.beatGaps().size() - 1).min();
        figures.row("honest streams", HONEST);
        figures.row("of them refused with 503", refused);
        figures.row("of them failed otherwise", errors);
        figures.row("heartbeats in " + millis + " ms", gaps.length - HONEST);
        figures.row("fewest of one stream", fewest.orElse(0));
        figures.row("beat late, median, ms", Figures.percentile(late, 50));
        figures.row("beat late, p99, ms", Figures.percentile(late, 99));
        figures.row("beat late, worst, ms (bound " + MOST_LATE_MILLIS + ")", worst);
        figures.row("worst pause of the measurer, ms", clients.worstPause() / 1_000_000);
        figures.row("slow senders that were cut", slowCut);
        honest.stream().map(HeldStream::failure).filter(text -> !text.isEmpty()).findFirst()
                .ifPresent(text -> System.out.println("the first failure: " + text));
        return refused == 0 && errors == 0 && worst <= MOST_LATE_MILLIS;
    }
}
