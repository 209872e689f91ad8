package strangers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// A client with a key that sends a request every 250 ms on a new connection. If the connection is
/// closed, it tries again as an SDK does; the time counts from the first try.
final class Honest {
    private static final int PERIOD_MILLIS = 250;
    private static final int LONGEST_MILLIS = 10_000;
    private static final int PAUSE_MILLIS = 100;
    private static final String BODY =
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private final int port;
    private final byte[] request;
    private int asked;
    private int triedAgain;
    private long slowest;

    Honest(int port, String key) {
        this.port = port;
        this.request = ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                + "Bearer " + key + "\r\nConnection: close\r\nContent-Length: " + BODY.length()
                + "\r\n\r\n" + BODY).getBytes(StandardCharsets.US_ASCII);
    }

    /// Sends requests for this many seconds.
    void askFor(int seconds) throws InterruptedException {
        var began = System.nanoTime();
        for (int i = 0; i * PERIOD_MILLIS < seconds * 1000; i++) {
            var due = began + TimeUnit.MILLISECONDS.toNanos((long) i * PERIOD_MILLIS);
            TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
            var from = System.nanoTime();
            ask(from);
            slowest = Math.max(slowest, millisSince(from));
            asked++;
        }
    }

    private void ask(long from) throws InterruptedException {
        while (!isServed() && millisSince(from) < LONGEST_MILLIS) {
            triedAgain++;
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    private boolean isServed() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), LONGEST_MILLIS);
            socket.setSoTimeout(LONGEST_MILLIS);
            socket.getOutputStream().write(request);
            var answer = new String(socket.getInputStream().readAllBytes(),
                    StandardCharsets.UTF_8);
            return answer.startsWith("HTTP/1.1 200") && answer.contains("Hello.");
        } catch (IOException _) {
            return false;
        }
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    /// The time from the first try to the answer, of the slowest request.
    long slowestMillis() {
        return slowest;
    }

    @Override
    public String toString() {
        return asked + " asked, " + triedAgain + " tried again, slowest " + slowest + " ms";
    }
}
