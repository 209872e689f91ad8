package memory;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// One request on its own connection, and its response.
///
/// @param longestGap the longest time between two parts of the response, in milliseconds
record Exchange(int status, byte[] body, long longestGap) {
    private static final int PATIENCE = 300_000;

    static Exchange get(int port, String path) throws IOException {
        return send(port, "GET", path, new byte[0]);
    }

    static Exchange post(int port, byte[] chat, String... fields) throws IOException {
        return send(port, "POST", "/v1/chat/completions", chat, fields);
    }

    /// Another thread writes the request, because the response may come before its end.
    static Exchange send(int port, String method, String path, byte[] body, String... fields)
            throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE);
            socket.setTcpNoDelay(true);
            var more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
            var head = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Authorization: Bearer sk-client\r\nContent-Length: " + body.length + "\r\n"
                    + more + "\r\n";
            Thread.ofVirtual().start(() -> write(socket, head, body));
            return read(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        }
    }

    String text() {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    private static void write(Socket socket, String head, byte[] body) {
        try {
            var out = socket.getOutputStream();
            out.write(head.getBytes(StandardCharsets.ISO_8859_1));
            out.write(body);
            out.flush();
        } catch (IOException _) {
            // The response came before the end of the request; the reader sees it.
        }
    }

    private static Exchange read(InputStream in) throws IOException {
        var status = Integer.parseInt(line(in).split(" ")[1]);
        var length = -1L;
        for (var line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.toLowerCase().startsWith("content-length:")) {
                length = Long.parseLong(line.substring(15).strip());
            }
        }
        if (length >= 0) {
            return new Exchange(status, in.readNBytes((int) length), 0);
        }
        var body = new ByteArrayOutputStream();
        long gap = 0;
        var last = System.nanoTime();
        for (var size = Integer.parseInt(line(in), 16); size > 0;
                size = Integer.parseInt(line(in), 16)) {
            var now = System.nanoTime();
            gap = Math.max(gap, now - last);
            body.write(in.readNBytes(size));
            line(in);
            last = System.nanoTime();
        }
        return new Exchange(status, body.toByteArray(), gap / 1_000_000);
    }

    static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended");
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }
}
