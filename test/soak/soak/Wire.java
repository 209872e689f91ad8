package soak;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Reads HTTP/1.1 messages with plain or chunked bodies.
final class Wire {
    private final InputStream in;
    private boolean chunked;
    private long length;

    Wire(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /// A whole message: its first line, then its body.
    String request() throws IOException {
        var line = head();
        return line + "\n" + body();
    }

    /// The first line; reads the fields after it too.
    String head() throws IOException {
        var first = line();
        chunked = false;
        length = 0;
        for (var field = line(); !field.isEmpty(); field = line()) {
            var lower = field.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(lower.substring(15).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:");
        }
        return first;
    }

    String body() throws IOException {
        var body = new ByteArrayOutputStream();
        if (chunked) {
            for (var data = chunk(); data.length > 0; data = chunk()) {
                body.writeBytes(data);
            }
        } else {
            body.writeBytes(bytes(length));
        }
        return body.toString(StandardCharsets.ISO_8859_1);
    }

    byte[] chunk() throws IOException {
        var data = bytes(Integer.parseInt(line(), 16));
        line();
        return data;
    }

    /// Waits until the other side closes the connection.
    void awaitEnd() throws IOException {
        while (in.read() >= 0) {
            in.skip(in.available());
        }
    }

    private byte[] bytes(long count) throws IOException {
        var bytes = in.readNBytes((int) count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }
}
