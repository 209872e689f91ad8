import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// An upstream that takes requests and never answers, but for the model `long`: that one's stream
/// is at once there, and long enough to fill every buffer on the way to a client that never reads.
final class SilentUpstream {
    private static final int LONG = 6 * 1024 * 1024;
    private static final int EVENT = 16 * 1024;
    private static final int LONGEST_REQUEST = 4096;

    private SilentUpstream() {
    }

    static void main() throws IOException {
        try (var server = new ServerSocket(0, 4096, InetAddress.getLoopbackAddress())) {
            System.out.println("listening on http://127.0.0.1:" + server.getLocalPort());
            while (true) {
                var socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            var in = socket.getInputStream();
            var request = "";
            while (!request.endsWith("}")) {
                request += read(in);
            }
            if (request.contains("\"model\":\"long\"")) {
                answer(socket);
            }
            read(in);
        } catch (IOException _) {
            // The daemon left: the client did, or the measure is over.
        }
    }

    private static String read(InputStream in) throws IOException {
        var buffer = new byte[LONGEST_REQUEST];
        var n = in.read(buffer);
        if (n < 0) {
            throw new IOException("the daemon left");
        }
        return new String(buffer, 0, n, StandardCharsets.US_ASCII);
    }

    private static void answer(Socket socket) throws IOException {
        var out = socket.getOutputStream();
        out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        var event = ("data: {\"id\":\"chatcmpl-long\",\"object\":\"chat.completion.chunk\","
                + "\"created\":7,\"model\":\"long\",\"choices\":[{\"index\":0,\"delta\":"
                + "{\"content\":\"" + "word ".repeat(EVENT / 5)
                + "\"},\"finish_reason\":null}]}\n\n").getBytes(StandardCharsets.US_ASCII);
        for (int sent = 0; sent < LONG; sent += EVENT) {
            out.write(event);
        }
    }
}
