package fakestream.testing;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// One request that reached the upstream, and the methods to answer it.
public final class Call {
    private final Socket socket;
    private final String requestLine;
    private final Map<String, String> headers;
    private final byte[] body;
    private final CompletableFuture<Long> closed = new CompletableFuture<>();
    private volatile boolean over;

    private Call(Socket socket, String requestLine, Map<String, String> headers, byte[] body) {
        this.socket = socket;
        this.requestLine = requestLine;
        this.headers = headers;
        this.body = body;
    }

    static Call read(Socket socket) throws IOException {
        var reader = new HttpReader(socket.getInputStream());
        var requestLine = reader.line();
        var headers = reader.headers();
        var call = new Call(socket, requestLine, headers, reader.body(headers));
        Thread.ofVirtual().start(() -> call.watch(reader));
        return call;
    }

    private void watch(HttpReader reader) {
        try {
            reader.drain();
        } catch (IOException _) {
            // A reset counts as an end.
        }
        if (!over) {
            closed.complete(System.nanoTime());
        }
    }

    public String requestLine() {
        return requestLine;
    }

    /// The headers by their names in lower case.
    public Map<String, String> headers() {
        return headers;
    }

    public String body() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public byte[] bytes() {
        return body;
    }

    /// Waits until the proxy closes the connection; returns the time by `System.nanoTime`.
    public long sawClose() {
        return Waiting.done(closed, "the end of the call");
    }

    /// Whether the proxy has closed the connection.
    public boolean isClosed() {
        return closed.isDone();
    }

    /// Sends these bytes, valid HTTP or not.
    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends a status line, `Connection: close` and fields, for example `Retry-After: 7`.
    public void head(int status, String... fields) throws IOException {
        send("HTTP/1.1 " + status + " Scripted\r\nConnection: close\r\n"
                + (fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n") + "\r\n");
    }

    /// Answers with JSON.
    public void json(int status, String json, String... fields) throws IOException {
        answer(status, "application/json", json, fields);
    }

    public void answer(int status, String type, String text, String... fields)
            throws IOException {
        answer(status, type, text.getBytes(StandardCharsets.UTF_8), fields);
    }

    public void answer(int status, String type, byte[] body, String... fields)
            throws IOException {
        var all = Arrays.copyOf(fields, fields.length + 2);
        all[fields.length] = "Content-Type: " + type;
        all[fields.length + 1] = "Content-Length: " + body.length;
        head(status, all);
        send(body);
    }

    /// Begins a chunked answer with status 200.
    public void begin(String type) throws IOException {
        head(200, "Content-Type: " + type, "Transfer-Encoding: chunked");
    }

    public void chunk(String text) throws IOException {
        var length = text.getBytes(StandardCharsets.UTF_8).length;
        send(Integer.toHexString(length) + "\r\n" + text + "\r\n");
    }

    public void end() throws IOException {
        send("0\r\n\r\n");
    }

    /// Resets the connection.
    public void reset() throws IOException {
        over = true;
        socket.setSoLinger(true, 0);
        socket.close();
    }

    void close() throws IOException {
        over = true;
        socket.close();
    }
}
