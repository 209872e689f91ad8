import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One client's stream, its outcome and its times. All times are those of `System.nanoTime` when
/// the client read, and 0 if there is none yet. Each event counts as one read, as on loopback,
/// where the daemon sends it in one write.
final class HeldStream {
    private static final String END_OF_BODY = "0\r\n\r\n";
    private static final String CONTENT = "\"content\":\"";

    private final SocketChannel channel;
    private final List<Long> beatGaps = new ArrayList<>();
    private final List<Long> contentGaps = new ArrayList<>();
    private int status;
    private boolean cut;
    private boolean told;
    private boolean done;
    private String failure = "";
    private long asked;
    private long firstByte;
    private long firstContent;
    private long lastContent;
    private long lastBeat;

    HeldStream(SocketChannel channel) {
        this.channel = channel;
    }

    SocketChannel channel() {
        return channel;
    }

    /// Sends a request for a stream of this model.
    void ask(String model) throws IOException {
        asked = System.nanoTime();
        Clients.ask(channel, model);
    }

    /// Forgets all earlier gaps between heartbeats. If none has come, `now` counts as one.
    void measureFrom(long now) {
        beatGaps.clear();
        lastBeat = lastBeat == 0 ? now : lastBeat;
    }

    /// Reads the bytes that have arrived; closes the connection if the stream has ended.
    void read(ByteBuffer buffer) throws IOException {
        cut = receive(buffer.clear()) < 0;
        take(StandardCharsets.ISO_8859_1.decode(buffer.flip()).toString(), System.nanoTime());
        if (hasEnded()) {
            channel.close();
        }
    }

    /// Counts a heartbeat now, real or assumed, so that a silence until now counts.
    void beat(long now) {
        if (lastBeat != 0) {
            beatGaps.add(now - lastBeat);
        }
        lastBeat = now;
    }

    boolean hasBeaten() {
        return lastBeat != 0;
    }

    /// Whether nothing more will come.
    boolean hasEnded() {
        return done || cut || !failure.isEmpty();
    }

    /// Whether the stream has begun well and lives.
    boolean isOpen() {
        return status == 200 && !hasEnded();
    }

    /// Whether the whole answer has come.
    boolean isWhole() {
        return status == 200 && done && failure.isEmpty();
    }

    int status() {
        return status;
    }

    /// The daemon's message about a failure, or why a read failed; empty if nothing did.
    String failure() {
        return failure;
    }

    List<Long> beatGaps() {
        return beatGaps;
    }

    /// The gaps between pieces of the answer.
    List<Long> contentGaps() {
        return contentGaps;
    }

    long untilFirstByte() {
        return firstByte - asked;
    }

    long firstContent() {
        return firstContent;
    }

    private int receive(ByteBuffer buffer) {
        try {
            return channel.read(buffer);
        } catch (IOException e) {
            failure = failure.isEmpty() ? e.toString() : failure;
            return -1;
        }
    }

    private void take(String text, long now) {
        firstByte = firstByte == 0 ? now : firstByte;
        if (status == 0 && text.startsWith("HTTP/1.1 ")) {
            status = Integer.parseInt(text.substring(9, 12));
        }
        if (text.contains("\"error\"")) {
            failure = text.strip();
        }
        if (text.contains(": heartbeat")) {
            beat(now);
        }
        var at = text.indexOf(CONTENT);
        while (at >= 0) {
            at += CONTENT.length();
            if (text.charAt(at) != '"') {
                content(now);
            }
            at = text.indexOf(CONTENT, at);
        }
        told |= text.contains("data: [DONE]");
        done = told && text.endsWith(END_OF_BODY);
    }

    private void content(long now) {
        if (lastContent != 0) {
            contentGaps.add(now - lastContent);
        }
        firstContent = firstContent == 0 ? now : firstContent;
        lastContent = now;
    }
}
