package soak;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/// One connection to the daemon and the actions on it. A wrong answer of the daemon is an
/// [IllegalStateException].
final class Visit implements AutoCloseable {
    private static final int PATIENCE = 60_000;

    private final Socket socket;
    private final int port;
    private final Wire wire;

    private Visit(Socket socket, int port) throws IOException {
        this.socket = socket;
        this.port = port;
        this.wire = new Wire(socket.getInputStream());
    }

    static Visit to(int port) throws IOException {
        return to(port, 0);
    }

    private static Visit to(int port, int receiveBuffer) throws IOException {
        var socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE);
        socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE);
        return new Visit(socket, port);
    }

    /// A stream that ends well.
    void stream(String model) throws IOException {
        send(chat(model, true));
        var status = wire.head();
        expect(status.contains(" 200 "), status);
        var body = new StringBuilder();
        expect(endsWell(body) && body.toString().endsWith("data: [DONE]\n\n")
                && body.indexOf("event: error") < 0, "no end: " + tail(body.toString()));
    }

    void whole(String model) throws IOException {
        send(chat(model, false));
        expect200("chat.completion");
    }

    void keepAlive(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            if (i % 2 == 0) {
                whole("good");
            } else {
                stream("good");
            }
        }
    }

    void pipeline() throws IOException {
        send(chat("good", false) + "GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n"
                + chat("good", true));
        expect200("chat.completion");
        expect200("{");
        expect200("[DONE]");
    }

    /// Uploads in chunks. If the upload is too large for a daemon with a limit, the daemon refuses
    /// it and may cut it off.
    void upload(int size) throws IOException {
        var chunk = Integer.toHexString(size) + "\r\n" + "x".repeat(size) + "\r\n0\r\n\r\n";
        send("POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk-soak\r\n"
                + "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk);
        var status = wire.head();
        expect(status.matches("HTTP/1.1 (200|413) .*"), status);
        wire.body();
    }

    /// Sends these bytes and leaves, with a reset or without.
    void leave(String bytes, boolean reset) throws IOException {
        send(bytes);
        socket.setSoLinger(reset, 0);
    }

    /// A chat whose messages are numbers: JSON with the most values for its length.
    void numbers(int count) throws IOException {
        var body = "{\"model\":\"good\",\"messages\":[" + "0,".repeat(count - 1) + "0]}";
        send(post(body));
        expect200("chat.completion");
    }

    /// Sends half of `bytes`, and the rest in small pieces for four seconds; then leaves.
    void dribble(String bytes) throws IOException, InterruptedException {
        var half = bytes.length() / 2;
        send(bytes.substring(0, half));
        for (int piece = 0; piece < 8; piece++) {
            Thread.sleep(500);
            send(bytes.substring(half + half * piece / 8, half + half * (piece + 1) / 8));
        }
    }

    void halfABody(boolean reset) throws IOException {
        var chat = chat("good", true);
        leave(chat.substring(0, chat.length() - 20), reset);
    }

    void leaveBefore(String model, boolean reset) throws IOException, InterruptedException {
        leave(chat(model, true), false);
        Thread.sleep(200);
        socket.setSoLinger(reset, 0);
    }

    void leaveWithin(String model, boolean reset) throws IOException {
        send(chat(model, true));
        wire.head();
        wire.chunk();
        socket.setSoLinger(reset, 0);
    }

    void leaveWhole(String model, boolean reset) throws IOException, InterruptedException {
        leave(chat(model, false), false);
        Thread.sleep(300);
        socket.setSoLinger(reset, 0);
    }

    /// Reads nothing for longer than the daemon waits.
    void neverRead(String model) throws IOException, InterruptedException {
        try (var other = to(port, 4096)) {
            other.send(chat(model, true));
            Thread.sleep(4000);
        }
    }

    /// Reads a little at a time for some seconds, then leaves.
    void readSlowly(String model) throws IOException, InterruptedException {
        try (var other = to(port, 4096)) {
            other.send(chat(model, true));
            other.wire.head();
            for (int i = 0; i < 30; i++) {
                other.wire.chunk();
                Thread.sleep(100);
            }
        }
    }

    /// Expects a failure: its own status, or an error event after which the stream breaks off.
    void fail(String model) throws IOException {
        send(chat(model, true));
        var status = wire.head();
        if (status.contains(" 200 ")) {
            var body = new StringBuilder();
            expect(!endsWell(body) && body.indexOf("event: error") >= 0, tail(body.toString()));
        } else {
            expect(status.matches("HTTP/1.1 50[0-9] .*"), status);
            expect(wire.body().contains("\"error\""), "no error");
        }
    }

    private boolean endsWell(StringBuilder body) throws IOException {
        try {
            for (var data = wire.chunk(); data.length > 0; data = wire.chunk()) {
                body.append(new String(data, StandardCharsets.UTF_8));
            }
            return true;
        } catch (EOFException | SocketException _) {
            return false;
        }
    }

    private static String chat(String model, boolean stream) {
        return post("{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":"
                + "\"Hi\"}],\"stream\":" + stream + "}");
    }

    private static String post(String body) {
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer sk-soak\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private void expect200(String text) throws IOException {
        var status = wire.head();
        var body = wire.body();
        expect(status.contains(" 200 ") && body.contains(text), status + " " + tail(body));
    }

    private static void expect(boolean good, String otherwise) {
        if (!good) {
            throw new IllegalStateException(otherwise);
        }
    }

    private static String tail(String body) {
        return body.substring(Math.max(0, body.length() - 200));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
