package soak;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/// An upstream that does what the request's model is named after. It keeps connections that are in
/// good order.
final class Upstream implements AutoCloseable {
    private static final Pattern MODEL = Pattern.compile("\"model\":\"([a-z0-9-]+)\"");
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    private final ServerSocket server;
    private final AtomicInteger open = new AtomicInteger();

    private Upstream() throws IOException {
        this.server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
    }

    static Upstream start() throws IOException {
        var upstream = new Upstream();
        Thread.ofPlatform().daemon().start(upstream::accept);
        return upstream;
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    int open() {
        return open.get();
    }

    private void accept() {
        try {
            while (true) {
                var socket = server.accept();
                socket.setTcpNoDelay(true);
                open.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException _) {
            // The soak is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new Wire(socket.getInputStream());
            var goesOn = true;
            while (goesOn) {
                var request = in.request();
                var model = MODEL.matcher(request);
                goesOn = answer(model.find() ? model.group(1) : "file", socket, in);
            }
        } catch (IOException | InterruptedException _) {
            // The daemon closed the connection, as it should if its client left.
        } finally {
            open.decrementAndGet();
        }
    }

    /// @return whether the connection stays open
    private static boolean answer(String model, Socket socket, Wire in)
            throws IOException, InterruptedException {
        var out = socket.getOutputStream();
        switch (model) {
            case "good", "real-whole", "auto-whole" -> whole(out, completion("Hello, you. ", 20));
            case "slow" -> {
                Thread.sleep(1200);
                whole(out, completion("Hello, you. ", 20));
            }
            case "long" -> whole(out, completion("0123456789abcdef", 6_000));
            // As a stream, it is larger than the buffers of two sockets.
            case "large" -> whole(out, completion("0123456789abcdef", 60_000));
            case "image" -> whole(out, completion("", 1).replace("\"role\"",
                    "\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;"
                    + "base64," + "A".repeat(6_000_000) + "\"}}],\"role\""));
            case "file" -> whole(out, "{\"id\":\"file-1\",\"object\":\"file\"}");
            case "error-503" -> send(out, "HTTP/1.1 503 No\r\nContent-Length: 29\r\n"
                    + "Retry-After: 0\r\n\r\n{\"error\":{\"message\":\"Later\"}}");
            case "real-stream" -> stream(out, true);
            case "real-cut" -> stream(out, false);
            default -> {
                fault(model, socket, in);
                return false;
            }
        }
        return !model.equals("real-cut");
    }

    private static void fault(String model, Socket socket, Wire in)
            throws IOException, InterruptedException {
        var out = socket.getOutputStream();
        switch (model) {
            case "reset" -> socket.setSoLinger(true, 0);
            case "cut" -> send(out, OK + "Content-Length: 9999\r\n\r\n{\"choices\":[");
            case "garbage" -> send(out, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
            case "stall" -> {
                send(out, OK + "Content-Length: 9999\r\n\r\n{\"choices\":[");
                in.awaitEnd();
            }
            case "never" -> in.awaitEnd();
            case "huge" -> {
                send(out, OK + "Transfer-Encoding: chunked\r\n\r\n");
                for (int i = 0; i < 2000; i++) {
                    send(out, "2000\r\n" + "x".repeat(0x2000) + "\r\n");
                }
            }
            default -> throw new IllegalArgumentException(model);
        }
    }

    private static void stream(OutputStream out, boolean whole)
            throws IOException, InterruptedException {
        send(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 20; i++) {
            chunk(out, "data: " + piece("{\"content\":\"Hello. \"}", "null") + "\n\n");
            Thread.sleep(10);
        }
        if (whole) {
            chunk(out, "data: " + piece("{}", "\"stop\"") + "\n\ndata: [DONE]\n\n");
            send(out, "0\r\n\r\n");
        }
    }

    private static String piece(String delta, String finish) {
        return "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + finish
                + "}]}";
    }

    private static String completion(String word, int times) {
        return "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":7,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                + word.repeat(times) + "\"},\"finish_reason\":\"stop\"}]}";
    }

    private static void whole(OutputStream out, String json) throws IOException {
        send(out, OK + "Content-Length: " + json.length() + "\r\n\r\n" + json);
    }

    private static void chunk(OutputStream out, String text) throws IOException {
        send(out, Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
