package fakestream.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Reads HTTP/1.1 messages from a connection and tolerates no errors.
final class HttpReader {
    private final InputStream in;

    HttpReader(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /// The next line without its CR LF.
    ///
    /// @throws EOFException if the connection ends before the line does
    String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended");
            }
            line.write(b);
        }
        var text = line.toString(StandardCharsets.ISO_8859_1);
        if (!text.endsWith("\r")) {
            throw new IOException("a line without CR: " + text);
        }
        return text.substring(0, text.length() - 1);
    }

    /// The fields up to the blank line by their names in lower case; repeated fields are joined.
    Map<String, String> headers() throws IOException {
        var headers = new LinkedHashMap<String, String>();
        for (var line = line(); !line.isEmpty(); line = line()) {
            var colon = line.indexOf(':');
            headers.merge(line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(), (one, other) -> one + ", " + other);
        }
        return headers;
    }

    /// Reads this number of bytes.
    byte[] bytes(int count) throws IOException {
        var bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the connection ended");
        }
        return bytes;
    }

    /// The data of one chunk; empty for the terminating chunk.
    byte[] chunk() throws IOException {
        var data = bytes(Integer.parseInt(line(), 16));
        if (!line().isEmpty()) {
            throw new IOException("a chunk is longer than it says");
        }
        return data;
    }

    /// The body that these headers announce.
    byte[] body(Map<String, String> headers) throws IOException {
        if (!"chunked".equals(headers.get("transfer-encoding"))) {
            return bytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        }
        var body = new ByteArrayOutputStream();
        for (var data = chunk(); data.length > 0; data = chunk()) {
            body.writeBytes(data);
        }
        return body.toByteArray();
    }

    /// All bytes until the other side ends the connection.
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /// Discards all bytes until the other side ends the connection.
    void drain() throws IOException {
        while (in.read() >= 0) {
            in.skip(in.available());
        }
    }
}
