import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Honest streams among bad clients: 200 that never read and 300 that send their headers byte by
/// byte, beside 2,000 that wait for an answer. Measures how late the heartbeats of these come, and
/// exits with 1 where one misses its bound. The daemon and its upstream are processes of their
/// own; here one thread does everything, for all three share the machine.
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
    private static final long SLOW_BYTE_EVERY_MILLIS = 200;
    private static final String DEAF_MODEL = "long";

    private static final LongAdder LEFT = new LongAdder();

    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private final InetSocketAddress daemon;
    private final List<Stream> honest = new ArrayList<>();
    private final List<SocketChannel> deaf = new ArrayList<>();
    private final List<SocketChannel> slow = new ArrayList<>();
    private final byte[] slowHead = head(0).substring(0, 100).getBytes(StandardCharsets.US_ASCII);
    private int slowSent;
    private int slowCut;
    private long nextSlowByte;
    private long worstOwnPause;

    /// One honest client, and how long its silences were.
    private static final class Stream {
        private final SocketChannel channel;
        private final List<Long> gapsMillis = new ArrayList<>();
        private int status;
        private boolean cut;
        private String failure = "";
        private long lastBeat;

        Stream(SocketChannel channel) {
            this.channel = channel;
        }

        void measureFrom(long now) {
            gapsMillis.clear();
            lastBeat = lastBeat == 0 ? now : lastBeat;
        }

        void read(ByteBuffer buffer) {
            buffer.clear();
            try {
                cut = channel.read(buffer) < 0;
                if (cut) {
                    channel.close();
                }
            } catch (IOException _) {
                cut = true;
            }
            var text = StandardCharsets.ISO_8859_1.decode(buffer.flip()).toString();
            if (status == 0 && text.startsWith("HTTP/1.1 ")) {
                status = Integer.parseInt(text.substring(9, 12));
            }
            if (text.contains("\"error\"")) {
                failure = text.strip();
            }
            if (text.contains(": heartbeat")) {
                beat(System.nanoTime());
            }
        }

        private void beat(long now) {
            if (lastBeat != 0) {
                gapsMillis.add((now - lastBeat) / 1_000_000);
            }
            lastBeat = now;
        }
    }

    private Crowd(int port) throws IOException {
        this.daemon = new InetSocketAddress("127.0.0.1", port);
    }

    static void main(String[] args) throws IOException {
        var java = ProcessHandle.current().info().command().orElseThrow();
        var upstream = start(List.of(java, "test/bench/SilentUpstream.java"));
        Runtime.getRuntime().addShutdownHook(new Thread(upstream::destroyForcibly));
        var command = new ArrayList<>(List.of(java));
        command.addAll(List.of(args).subList(1, args.length));
        command.addAll(List.of("-jar", args[0], "--port", "0", "--upstream",
                "http://127.0.0.1:" + port(upstream), "--set", "HEARTBEAT_INTERVAL_MS=1000",
                "--set", "COMMIT_AFTER_MS=0", "--set", "CLIENT_WRITE_TIMEOUT_MS=10000",
                "--set", "STREAM_MODE_MODELS=" + DEAF_MODEL + "=real"));
        var daemon = start(command);
        Runtime.getRuntime().addShutdownHook(new Thread(daemon::destroyForcibly));
        System.exit(new Crowd(port(daemon)).run(daemon) ? 0 : 1);
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /// The port in the first line that names one. Of what it says after that, clients that left
    /// are counted.
    private static int port(Process process) throws IOException {
        var reader = new BufferedReader(new InputStreamReader(
                process.getInputStream(), StandardCharsets.UTF_8));
        var line = reader.readLine();
        while (line != null && !line.contains("listening on http://127.0.0.1:")) {
            line = reader.readLine();
        }
        if (line == null) {
            throw new IOException("a process ended before it listened");
        }
        Thread.ofPlatform().daemon().start(() -> reader.lines()
                .filter(said -> said.contains(" 499 ")).forEach(_ -> LEFT.increment()));
        return Integer.parseInt(line.replaceFirst(
                ".*listening on http://127.0.0.1:(\\d+).*", "$1"));
    }

    private boolean run(Process daemon) throws IOException {
        openHonest();
        System.out.printf("%d streams are open; now come %d clients that never read and %d that "
                + "send a byte each %d ms%n", HONEST, DEAF, SLOW, SLOW_BYTE_EVERY_MILLIS);
        var cpu = cpu(daemon);
        var began = System.nanoTime();
        honest.forEach(stream -> stream.measureFrom(began));
        openBad();
        loop(began + MEASURED.toNanos());
        var spent = cpu(daemon).minus(cpu).toMillis() * 100 / MEASURED.toMillis();
        var ended = System.nanoTime();
        honest.forEach(stream -> stream.beat(ended));
        return report(spent, memory(daemon), (ended - began) / 1_000_000);
    }

    private void openHonest() throws IOException {
        var deadline = System.nanoTime() + OPENING.toNanos();
        for (int i = 0; i < HONEST; i++) {
            var channel = ask(SocketChannel.open(daemon), "silent");
            channel.configureBlocking(false);
            var stream = new Stream(channel);
            honest.add(stream);
            channel.register(selector, SelectionKey.OP_READ, stream);
            selectOnce(OPENING_PAUSE_MILLIS);
        }
        while (honest.stream().anyMatch(stream -> stream.lastBeat == 0 && !stream.cut)
                && System.nanoTime() < deadline) {
            selectOnce(100);
        }
        // The code that beats is compiled by now, and the crowd of first beats is over.
        loop(System.nanoTime() + 5_000_000_000L);
    }

    private void openBad() throws IOException {
        for (int i = 0; i < SLOW; i++) {
            var channel = SocketChannel.open(daemon);
            channel.configureBlocking(false);
            slow.add(channel);
            selectOnce(0);
        }
        for (int i = 0; i < DEAF; i++) {
            var channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            channel.connect(daemon);
            deaf.add(ask(channel, DEAF_MODEL));
            selectOnce(0);
        }
    }

    private static String head(int length) {
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer sk-crowd\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + length + "\r\n\r\n";
    }

    private static SocketChannel ask(SocketChannel channel, String model) throws IOException {
        var body = "{\"model\":\"" + model + "\",\"stream\":true,\"messages\":[]}";
        var request = ByteBuffer.wrap((head(body.length()) + body)
                .getBytes(StandardCharsets.US_ASCII));
        while (request.hasRemaining()) {
            channel.write(request);
        }
        return channel;
    }

    private void loop(long until) throws IOException {
        var last = System.nanoTime();
        while (last < until) {
            selectOnce(10);
            var now = System.nanoTime();
            worstOwnPause = Math.max(worstOwnPause, (now - last) / 1_000_000);
            last = now;
            sendSlowly(now);
        }
    }

    private void selectOnce(int millis) throws IOException {
        var look = millis == 0 ? selector.selectNow() : selector.select(millis);
        if (look > 0) {
            for (var key : selector.selectedKeys()) {
                var stream = (Stream) key.attachment();
                stream.read(buffer);
                if (stream.cut) {
                    key.cancel();
                }
            }
            selector.selectedKeys().clear();
        }
    }

    private void sendSlowly(long now) {
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

    private boolean report(long cpu, String memory, long millis) {
        var gaps = honest.stream().flatMap(stream -> stream.gapsMillis.stream())
                .mapToLong(Long::longValue).sorted().toArray();
        var late = Arrays.stream(gaps).map(gap -> Math.max(gap - BEAT_MILLIS, 0)).toArray();
        var refused = honest.stream().filter(stream -> stream.status == 503).count();
        var errors = honest.stream().filter(stream -> stream.cut || stream.status != 200).count()
                - refused;
        var worst = late[late.length - 1];
        var fewest = honest.stream().mapToInt(stream -> stream.gapsMillis.size() - 1).min();
        row("honest streams", HONEST);
        row("of them refused with 503", refused);
        row("of them failed otherwise", errors);
        row("heartbeats in " + millis + " ms", gaps.length - HONEST);
        row("fewest of one stream", fewest.orElse(0));
        row("beat late, median, ms", late[late.length / 2]);
        row("beat late, p99, ms", late[late.length * 99 / 100]);
        row("beat late, worst, ms (bound " + MOST_LATE_MILLIS + ")", worst);
        row("worst pause of the measurer, ms", worstOwnPause);
        row("clients that never read, cut", LEFT.sum());
        row("slow senders that were cut", slowCut);
        row("CPU of the daemon, % of a core", cpu);
        row("memory of the daemon, " + memory.replaceAll("[0-9 ]", ""),
                Long.parseLong(memory.replaceAll("\\D", "")));
        honest.stream().map(stream -> stream.failure).filter(text -> !text.isEmpty()).findFirst()
                .ifPresent(text -> System.out.println("the first failure: " + text));
        return refused == 0 && errors == 0 && worst <= MOST_LATE_MILLIS;
    }

    private static void row(String name, long value) {
        System.out.printf("%-36s %,12d%n", name, value);
    }

    private static Duration cpu(Process process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static String memory(Process process) throws IOException {
        var status = Path.of("/proc", Long.toString(process.pid()), "status");
        return Files.readAllLines(status).stream().filter(line -> line.startsWith("VmRSS:"))
                .findFirst().orElseThrow().substring("VmRSS:".length()).strip();
    }
}
