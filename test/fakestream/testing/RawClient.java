package fakestream.testing;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A client that keeps one bare connection. It sends exactly the given bytes and returns the
/// responses.
public final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final HttpReader reader;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.reader = new HttpReader(socket.getInputStream());
    }

    public static RawClient connect(int port) {
        return connect(port, 0);
    }

    public static RawClient connect(String host, int port) {
        return connect(new InetSocketAddress(host, port), 0);
    }

    /// @param receiveBuffer small for a client that reads nothing; 0 is the system's default
    public static RawClient connect(int port, int receiveBuffer) {
        return connect(new InetSocketAddress("127.0.0.1", port), receiveBuffer);
    }

    private static RawClient connect(InetSocketAddress address, int receiveBuffer) {
        try {
            var socket = new Socket();
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(2 * Waiting.SECONDS * 1000);
            socket.connect(address);
            return new RawClient(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public RawClient send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public RawClient send(String text) {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends a request; an empty body sends no Content-Length.
    public RawClient request(String method, String target, byte[] body, String... fields) {
        var head = head(method, target, fields)
                + (body.length > 0 ? "Content-Length: " + body.length + "\r\n" : "") + "\r\n";
        var headBytes = head.getBytes(StandardCharsets.UTF_8);
        var all = Arrays.copyOf(headBytes, headBytes.length + body.length);
        System.arraycopy(body, 0, all, headBytes.length, body.length);
        return send(all);
    }

    public RawClient request(String method, String target, String body, String... fields) {
        return request(method, target, body.getBytes(StandardCharsets.UTF_8), fields);
    }

    /// The head of a request with these fields, without the blank line.
    public static String head(String method, String target, String... fields) {
        var head = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n";
        return fields.length == 0 ? head : head + String.join("\r\n", fields) + "\r\n";
    }

    /// Reads the next response to its end.
    public ClientResponse response() {
        return response(true);
    }

    /// Reads the next response, which has no body even if its headers announce one.
    public ClientResponse responseWithoutBody() {
        return response(false);
    }

    private ClientResponse response(boolean hasBody) {
        try {
            var status = status();
            var headers = reader.headers();
            return new ClientResponse(status, headers,
                    hasBody ? reader.body(headers) : new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int status() throws IOException {
        return Integer.parseInt(reader.line().split(" ")[1]);
    }

    HttpReader reader() {
        return reader;
    }

    /// Returns true if no byte comes within this time; a byte fails the test.
    public boolean isSilentFor(int millis) {
        try {
            socket.setSoTimeout(millis);
            throw new AssertionError("more came: " + reader.bytes(1)[0]);
        } catch (SocketTimeoutException _) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns true if the connection ends without another byte.
    public boolean seesEnd() {
        try {
            reader.bytes(1);
            return false;
        } catch (EOFException _) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Discards all bytes until the other side ends the connection.
    public void awaitEnd() {
        try {
            reader.drain();
        } catch (SocketException _) {
            // A reset counts as an end.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All remaining bytes until the other side ends the connection.
    public String rest() {
        try {
            return reader.rest();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Closes its own half of the connection.
    public void stopSending() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Closes the connection without a message.
    public void leave() {
        close();
    }

    /// Closes the connection with a reset.
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
