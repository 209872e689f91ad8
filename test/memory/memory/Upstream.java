package memory;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// An upstream that does what the model's name says. It refuses streams.
final class Upstream implements AutoCloseable {
    /// `image-NUMBER-SPEED`, with the speed in kilobytes per hundredth of a second.
    private static final Pattern MODEL = Pattern.compile(
            "\"model\":\"([^\"]+)\"|/models/([^:]+):");
    private static final int THINKING = 2500;
    private static final int BEGINNING = 4096;

    private final ServerSocket server;

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

    private void accept() {
        try {
            while (true) {
                var socket = server.accept();
                socket.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException _) {
            // The run is over.
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            var in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            while (true) {
                var head = head(in);
                var body = in.readNBytes(length(head));
                var start = head + new String(body, 0, Math.min(body.length, BEGINNING),
                        StandardCharsets.ISO_8859_1);
                answer(start, in, socket.getOutputStream());
            }
        } catch (IOException | InterruptedException _) {
            // The daemon closed the connection.
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        for (var line = Exchange.line(in); !line.isEmpty(); line = Exchange.line(in)) {
            head.append(line).append('\n');
        }
        return head.toString();
    }

    private static int length(String head) {
        var length = Pattern.compile("(?im)^content-length: *([0-9]+)$").matcher(head);
        return length.find() ? Integer.parseInt(length.group(1)) : 0;
    }

    private static void answer(String start, InputStream in, OutputStream out)
            throws IOException, InterruptedException {
        var named = MODEL.matcher(start);
        var model = !named.find() ? "" : named.group(1) == null ? named.group(2) : named.group(1);
        if (start.contains("\"stream\":true")) {
            send(out, 400, "{\"error\":{\"message\":\"No.\",\"param\":\"stream\"}}"
                    .getBytes(StandardCharsets.ISO_8859_1));
        } else if (model.equals("held")) {
            in.read();
        } else if (model.startsWith("image-")) {
            var parts = model.split("-");
            var number = Integer.parseInt(parts[1]);
            var image = named.group(1) == null ? Bodies.geminiWithImage(number)
                    : start.contains("/images/") ? Bodies.painted(number)
                    : Bodies.chatWithImage(number);
            Thread.sleep(THINKING);
            trickle(out, image, Integer.parseInt(parts[2]) * 1000, number % 2 == 0);
        } else {
            send(out, 200, Bodies.completion(model.equals("hundred") ? "y".repeat(100_000)
                    : "Hello."));
        }
    }

    private static void send(OutputStream out, int status, byte[] body) throws IOException {
        out.write(("HTTP/1.1 " + status + " -\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
    }

    /// Sends `speed` bytes in each hundredth of a second.
    private static void trickle(OutputStream out, byte[] body, int speed, boolean chunked)
            throws IOException, InterruptedException {
        var framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length;
        out.write(("HTTP/1.1 200 -\r\nContent-Type: application/json\r\n" + framing + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        for (int i = 0; i < body.length; i += speed) {
            var size = Math.min(speed, body.length - i);
            if (chunked) {
                out.write((Integer.toHexString(size) + "\r\n").getBytes(
                        StandardCharsets.ISO_8859_1));
            }
            out.write(body, i, size);
            out.write((chunked ? "\r\n" : "").getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            Thread.sleep(10);
        }
        out.write((chunked ? "0\r\n\r\n" : "").getBytes(StandardCharsets.ISO_8859_1));
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
