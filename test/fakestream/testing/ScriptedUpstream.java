package fakestream.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// An upstream on loopback that plays a script for each request, to the byte, and records the
/// requests. Each connection carries one request and closes after its script.
public final class ScriptedUpstream implements AutoCloseable {
    private final ServerSocket server;
    private final Script script;
    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    /// The script of one request. An IOException is not a fault, because the proxy may leave.
    @FunctionalInterface
    public interface Script {
        void play(Call call) throws IOException;
    }

    private ScriptedUpstream(Script script) throws IOException {
        this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        this.script = script;
    }

    public static ScriptedUpstream start(Script script) {
        try {
            var upstream = new ScriptedUpstream(script);
            Thread.ofVirtual().start(upstream::accept);
            return upstream;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// An upstream that answers every request with the same JSON.
    public static ScriptedUpstream answering(int status, String json, String... fields) {
        return start(call -> call.json(status, json, fields));
    }

    /// Sends these parts as an event stream with a valid end.
    public static Script events(String... parts) {
        return call -> {
            call.begin("text/event-stream");
            for (var part : parts) {
                call.chunk(part);
            }
            call.end();
        };
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /// Waits for the next request.
    public Call call() {
        return Waiting.next(calls, "a request to the upstream");
    }

    /// The number of connections that the upstream has accepted.
    public int count() {
        return count.get();
    }

    /// Ends all connections.
    ///
    /// @throws AssertionError if a script failed
    @Override
    public void close() {
        try {
            server.close();
            for (var socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!faults.isEmpty()) {
            throw new AssertionError("a script failed", faults.peek());
        }
    }

    private void accept() {
        try {
            while (true) {
                var socket = server.accept();
                sockets.add(socket);
                count.incrementAndGet();
                socket.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException _) {
            // The test has ended.
        }
    }

    private void serve(Socket socket) {
        try {
            var call = Call.read(socket);
            calls.add(call);
            script.play(call);
            call.close();
        } catch (IOException _) {
            // The proxy left; the test decides whether that is right.
        } catch (RuntimeException | Error e) {
            faults.add(e);
        }
    }
}
