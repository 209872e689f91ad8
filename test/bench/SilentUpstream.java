import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/// An upstream that takes requests and stays silent until its standard input gives a line with a
/// number. Once as many requests wait, it answers them all with a short text. It answers two models
/// at once: `paced` with 700 characters, and `long` with a stream that fills every buffer on the
/// way to a client that never reads. One thread serves all connections. Another reads the lines and
/// ends the process with the input.
final class SilentUpstream {
    private static final int LONG = 6 * 1024 * 1024;
    private static final int EVENT = 16 * 1024;
    private static final ByteBuffer SHORT_ANSWER = answer("Hello.");
    private static final ByteBuffer PACED_ANSWER = answer("words ".repeat(117).strip());

    private static final ByteBuffer LONG_STREAM = longStream();

    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024);
    private final ConcurrentLinkedQueue<Integer> lines = new ConcurrentLinkedQueue<>();
    private final List<SelectionKey> waiting = new ArrayList<>();

    /// The received part of a connection's request, and the unsent part of its answer.
    private static final class Exchange {
        private final StringBuilder request = new StringBuilder();
        private ByteBuffer answer = ByteBuffer.allocate(0);
    }

    private SilentUpstream() throws IOException {
    }

    static void main() throws IOException {
        var upstream = new SilentUpstream();
        try (var server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
            server.configureBlocking(false);
            server.register(upstream.selector, SelectionKey.OP_ACCEPT);
            System.out.println("listening on http://127.0.0.1:" + server.socket().getLocalPort());
            Thread.ofPlatform().daemon().start(upstream::hear);
            upstream.serve(server);
        }
    }

    private void hear() {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        input.lines().forEach(line -> {
            lines.add(Integer.valueOf(line));
            selector.wakeup();
        });
        System.exit(0);
    }

    private void serve(ServerSocketChannel server) throws IOException {
        while (true) {
            selector.select(key -> {
                try {
                    serve(server, key);
                } catch (IOException _) {
                    // The daemon closed it: its client left, or the measurement is over.
                    drop(key);
                }
            });
            if (!lines.isEmpty() && waiting.size() >= lines.peek()) {
                lines.remove();
                answerAll();
            }
        }
    }

    private void serve(ServerSocketChannel server, SelectionKey key) throws IOException {
        if (key.isAcceptable()) {
            for (var it = server.accept(); it != null; it = server.accept()) {
                it.configureBlocking(false);
                it.register(selector, SelectionKey.OP_READ, new Exchange());
            }
        } else if (key.isWritable()) {
            write(key);
        } else {
            read(key);
        }
    }

    /// A request ends with the brace of its body, which holds only one object.
    private void read(SelectionKey key) throws IOException {
        if (((SocketChannel) key.channel()).read(buffer.clear()) < 0) {
            throw new IOException("the daemon left");
        }
        var request = ((Exchange) key.attachment()).request;
        request.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
        if (request.charAt(request.length() - 1) != '}') {
            return;
        }
        if (request.indexOf("\"model\":\"long\"") >= 0) {
            answer(key, LONG_STREAM);
        } else if (request.indexOf("\"model\":\"paced\"") >= 0) {
            answer(key, PACED_ANSWER);
        } else {
            waiting.add(key);
        }
        request.setLength(0);
    }

    private void answerAll() {
        waiting.stream().filter(SelectionKey::isValid).forEach(key -> answer(key, SHORT_ANSWER));
        waiting.clear();
    }

    private static void answer(SelectionKey key, ByteBuffer answer) {
        ((Exchange) key.attachment()).answer = answer.duplicate();
        key.interestOps(SelectionKey.OP_WRITE);
    }

    private static void write(SelectionKey key) throws IOException {
        var answer = ((Exchange) key.attachment()).answer;
        ((SocketChannel) key.channel()).write(answer);
        key.interestOps(answer.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private static void drop(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer answer(String text) {
        var body = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":7,"
                + "\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                + "\"content\":\"" + text + "\"},\"finish_reason\":\"stop\"}]}";
        return bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body);
    }

    /// The stream has no length, and its connection stays open after it.
    private static ByteBuffer longStream() {
        var event = "data: {\"id\":\"chatcmpl-long\",\"object\":\"chat.completion.chunk\","
                + "\"created\":7,\"model\":\"long\",\"choices\":[{\"index\":0,\"delta\":"
                + "{\"content\":\"" + "word ".repeat(EVENT / 5)
                + "\"},\"finish_reason\":null}]}\n\n";
        return bytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
                + event.repeat(LONG / EVENT));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
