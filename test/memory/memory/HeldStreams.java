package memory;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/// Streams whose answers never come, and the longest wait for a heartbeat.
final class HeldStreams implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();
    private final CountDownLatch begun;
    private final AtomicLong longest = new AtomicLong();

    private HeldStreams(int count) {
        this.begun = new CountDownLatch(count);
    }

    /// Opens the streams; returns once each has had a heartbeat.
    static HeldStreams open(int port, int count) throws IOException, InterruptedException {
        var streams = new HeldStreams(count);
        for (int i = 0; i < count; i++) {
            var socket = new Socket(InetAddress.getLoopbackAddress(), port);
            streams.sockets.add(socket);
            Thread.ofVirtual().start(() -> streams.hold(socket));
        }
        streams.begun.await();
        return streams;
    }

    /// The longest time between two heartbeats so far, in milliseconds.
    long longestGap() {
        return longest.get() / 1_000_000;
    }

    private void hold(Socket socket) {
        try {
            var chat = Bodies.chat("held", true);
            var out = socket.getOutputStream();
            out.write(("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                    + "Bearer sk-client\r\nContent-Length: " + chat.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.write(chat);
            var in = new BufferedInputStream(socket.getInputStream());
            var line = Exchange.line(in);
            while (!line.equals(": heartbeat")) {
                line = Exchange.line(in);
            }
            begun.countDown();
            for (var last = System.nanoTime();; last = System.nanoTime()) {
                while (!Exchange.line(in).equals(": heartbeat")) {
                    // This line is the frame of a chunk.
                    continue;
                }
                var gap = System.nanoTime() - last;
                longest.accumulateAndGet(gap, Math::max);
            }
        } catch (IOException _) {
            // The run is over, or the daemon has died, which other checks report.
            begun.countDown();
        }
    }

    @Override
    public void close() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
    }
}
