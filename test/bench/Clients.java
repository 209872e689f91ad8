import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Many clients of one daemon, all on the calling thread. It shares the machine with the daemon, so
/// they must cost little.
final class Clients {
    private static final long LONGEST_LOOK_MILLIS = 10;
    private static final int LOOKS_BEFORE_COUNTING = 10;

    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private final InetSocketAddress daemon;
    private final List<HeldStream> streams = new ArrayList<>();
    private long lastLook;
    private long worstPause;

    Clients(int port) throws IOException {
        this.daemon = new InetSocketAddress("127.0.0.1", port);
    }

    InetSocketAddress daemon() {
        return daemon;
    }

    /// All streams that were opened.
    List<HeldStream> streams() {
        return streams;
    }

    /// The longest pause between two looks while it read, in nanoseconds. Each measured time may be
    /// wrong by this much.
    long worstPause() {
        return worstPause;
    }

    /// Connects a client; it sends nothing yet.
    HeldStream connect() throws IOException {
        var stream = new HeldStream(SocketChannel.open(daemon));
        streams.add(stream);
        stream.channel().configureBlocking(false);
        stream.channel().register(selector, SelectionKey.OP_READ, stream);
        return stream;
    }

    /// The head of a request for a stream, with a body of this length.
    static String head(int length) {
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer sk-crowd\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + length + "\r\n\r\n";
    }

    /// Sends a request for a stream of this model.
    static void ask(SocketChannel channel, String model) throws IOException {
        var body = "{\"model\":\"" + model + "\",\"stream\":true,\"messages\":[]}";
        var request = ByteBuffer.wrap((head(body.length()) + body)
                .getBytes(StandardCharsets.US_ASCII));
        while (request.hasRemaining()) {
            channel.write(request);
        }
    }

    /// Reads until `until`, and runs `each` after each look.
    void read(long until, Runnable each) throws IOException {
        lastLook = System.nanoTime();
        while (lastLook < until) {
            turn();
            each.run();
        }
    }

    /// Reads until every stream has ended or the time is up.
    void readToTheEnd(long until) throws IOException {
        lastLook = System.nanoTime();
        while (lastLook < until && !streams.stream().allMatch(HeldStream::hasEnded)) {
            for (int i = 0; i < LOOKS_BEFORE_COUNTING; i++) {
                turn();
            }
        }
    }

    /// Reads what has arrived or arrives within `millis`.
    void look(long millis) throws IOException {
        var found = millis == 0 ? selector.selectNow() : selector.select(millis);
        if (found > 0) {
            for (var key : selector.selectedKeys()) {
                ((HeldStream) key.attachment()).read(buffer);
            }
            selector.selectedKeys().clear();
        }
    }

    /// Forgets all earlier pauses: those between heartbeats and its own.
    void measureFrom(long now) {
        streams.forEach(stream -> stream.measureFrom(now));
        worstPause = 0;
    }

    /// These times of all streams, in ascending order.
    long[] sorted(Function<HeldStream, List<Long>> times) {
        return streams.stream().flatMap(stream -> times.apply(stream).stream())
                .mapToLong(Long::longValue).sorted().toArray();
    }

    private void turn() throws IOException {
        look(LONGEST_LOOK_MILLIS);
        var now = System.nanoTime();
        worstPause = Math.max(worstPause, now - lastLook);
        lastLook = now;
    }
}
