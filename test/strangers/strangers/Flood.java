package strangers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Unwanted connections without a valid key, as many of each kind as requested. One thread does
/// everything. A connection that is cut comes back, but only a limited number in each second.
final class Flood implements AutoCloseable {
    private static final int MOST_OPENED_PER_SECOND = 500;
    private static final int TICKS_PER_SECOND = 20;
    private static final String POST = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n";

    /// The first bytes of a connection, and whether it goes on with a byte a second.
    enum Kind {
        /// The longest field that the daemon reads.
        HALF_HEAD(POST + "X: " + "x".repeat(39 << 10), false),
        SILENT("", false),
        DRIBBLED_HEAD(POST + "X: ", true),
        /// The key is made up.
        DRIBBLED_BODY(POST + "Authorization: Bearer made-up\r\nContent-Length: 20000\r\n\r\n{",
                true),
        /// Sends a request that needs no key, and keeps the connection.
        IDLE("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", false);

        private final byte[] first;
        private final boolean goesOn;

        Kind(String first, boolean goesOn) {
            this.first = first.getBytes(StandardCharsets.US_ASCII);
            this.goesOn = goesOn;
        }
    }

    /// @param rest the unsent part of the first bytes
    private record Connection(Kind kind, ByteBuffer rest) {
    }

    private final InetSocketAddress address;
    private final Selector selector = Selector.open();
    private final ArrayDeque<Kind> wanted = new ArrayDeque<>();
    private final ByteBuffer answer = ByteBuffer.allocate(4096);
    private final Thread thread = Thread.ofPlatform().name("flood").unstarted(this::run);
    private volatile boolean over;
    private volatile long opened;
    private volatile int standing;

    Flood(int port, List<Kind> kinds, int each) throws IOException {
        this.address = new InetSocketAddress("127.0.0.1", port);
        for (int i = 0; i < each; i++) {
            wanted.addAll(kinds);
        }
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            for (long tick = 0; !over; tick++) {
                for (int i = 0; i < MOST_OPENED_PER_SECOND / TICKS_PER_SECOND
                        && !wanted.isEmpty(); i++) {
                    open(wanted.poll());
                }
                if (tick % TICKS_PER_SECOND == 0) {
                    sendOn();
                }
                var until = System.nanoTime() + 1_000_000_000L / TICKS_PER_SECOND;
                for (long left = until - System.nanoTime(); left > 0;
                        left = until - System.nanoTime()) {
                    selector.select(this::serve, TimeUnit.NANOSECONDS.toMillis(left) + 1);
                }
                standing = selector.keys().size();
            }
            for (var key : new ArrayList<>(selector.keys())) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            throw new IllegalStateException("the strangers cannot go on", e);
        }
    }

    private void open(Kind kind) throws IOException {
        var channel = SocketChannel.open();
        channel.configureBlocking(false);
        opened++;
        channel.register(selector, SelectionKey.OP_CONNECT,
                new Connection(kind, ByteBuffer.wrap(kind.first)));
        channel.connect(address);
    }

    private void serve(SelectionKey key) {
        var channel = (SocketChannel) key.channel();
        var connection = (Connection) key.attachment();
        try {
            if (key.isConnectable()) {
                channel.finishConnect();
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            } else if (key.isWritable()) {
                channel.write(connection.rest());
                if (!connection.rest().hasRemaining()) {
                    key.interestOps(SelectionKey.OP_READ);
                }
            } else if (channel.read(answer.clear()) < 0) {
                comeBack(key);
            }
        } catch (IOException _) {
            comeBack(key);
        }
    }

    private void sendOn() {
        for (var key : new ArrayList<>(selector.keys())) {
            var connection = (Connection) key.attachment();
            try {
                if (connection.kind().goesOn && !connection.rest().hasRemaining()) {
                    ((SocketChannel) key.channel()).write(ByteBuffer.wrap(new byte[] {'x'}));
                }
            } catch (IOException _) {
                comeBack(key);
            }
        }
    }

    private void comeBack(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException _) {
            // The connection is gone in any case.
            key.cancel();
        }
        wanted.add(((Connection) key.attachment()).kind());
    }

    @Override
    public String toString() {
        return opened + " strangers opened, " + standing + " standing";
    }

    @Override
    public void close() throws IOException {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
