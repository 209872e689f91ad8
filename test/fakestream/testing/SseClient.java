package fakestream.testing;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A client that reads an event stream at once and records the time of each part. Each HTTP chunk
/// is a frame, and so is each flush of the proxy.
public final class SseClient implements AutoCloseable {
    public static final String HEARTBEAT = ": heartbeat\n";

    private final RawClient connection;
    private final long sent = System.nanoTime();
    private final CompletableFuture<Integer> status = new CompletableFuture<>();
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();
    private final BlockingQueue<Frame> unread = new LinkedBlockingQueue<>();
    private final List<Frame> frames = new CopyOnWriteArrayList<>();
    private volatile Map<String, String> headers;

    /// One frame and its time in milliseconds since the request.
    public record Frame(long millis, String text) {
        public boolean isHeartbeat() {
            return text.equals(HEARTBEAT);
        }
    }

    /// The end of the stream and its time.
    ///
    /// @param whole true if the terminating chunk came, false if the stream was cut off
    public record Ending(long millis, boolean whole) {
    }

    private SseClient(RawClient connection) {
        this.connection = connection;
    }

    /// Reads the response to the request that was just sent.
    public static SseClient reading(RawClient connection) {
        var client = new SseClient(connection);
        Thread.ofVirtual().start(client::read);
        return client;
    }

    private void read() {
        try {
            var code = connection.status();
            headers = connection.reader().headers();
            status.complete(code);
            if ("chunked".equals(headers.get("transfer-encoding"))) {
                for (var data = connection.reader().chunk(); data.length > 0;
                        data = connection.reader().chunk()) {
                    add(data);
                }
            } else {
                add(connection.reader().body(headers));
            }
            ending.complete(new Ending(Waiting.millisSince(sent), true));
        } catch (EOFException | SocketException _) {
            ending.complete(new Ending(Waiting.millisSince(sent), false));
        } catch (IOException | RuntimeException e) {
            ending.completeExceptionally(e);
        }
    }

    private void add(byte[] data) {
        var frame = new Frame(Waiting.millisSince(sent),
                new String(data, StandardCharsets.UTF_8));
        frames.add(frame);
        unread.add(frame);
    }

    public int status() {
        return Waiting.done(status, "a status");
    }

    /// The headers by their names in lower case.
    public Map<String, String> headers() {
        status();
        return headers;
    }

    /// The next frame.
    public Frame next() {
        return Waiting.next(unread, "the next part of the stream");
    }

    /// The next frame that contains this text.
    public Frame next(String text) {
        var frame = next();
        while (!frame.text().contains(text)) {
            frame = next();
        }
        return frame;
    }

    public Ending ending() {
        return Waiting.done(ending, "the end of the stream");
    }

    /// All frames; waits for the end of the stream.
    public List<Frame> frames() {
        ending();
        return frames;
    }

    /// The whole body; waits for the end of the stream.
    public String body() {
        return frames().stream().map(Frame::text).collect(Collectors.joining());
    }

    /// The whole response, for the assertions of a response that is not a stream.
    public ClientResponse response() {
        return new ClientResponse(status(), headers(), body().getBytes(StandardCharsets.UTF_8));
    }

    /// The data of all events; waits for the end of the stream.
    public List<String> data() {
        return data(body());
    }

    /// The data of the events in a part of a stream.
    public static List<String> data(String text) {
        return text.lines().filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length())).toList();
    }

    /// All chunks; waits for the end of the stream.
    public List<JsonObject> chunks() {
        return data().stream().filter(data -> !data.equals("[DONE]"))
                .map(ClientResponse::object).toList();
    }

    /// The delta of a chunk's first choice.
    public static JsonObject delta(JsonObject chunk) {
        return (JsonObject) ((JsonObject) ((JsonArray) chunk.get("choices")).elements()
                .getFirst()).get("delta");
    }

    /// The joined content of the first choice.
    public String content() {
        return chunks().stream().map(SseClient::delta)
                .flatMap(delta -> Stream.ofNullable(delta.string("content")))
                .collect(Collectors.joining());
    }

    /// The error in the last event. Fails if the event has another type.
    public JsonObject error() {
        var last = body().substring(body().lastIndexOf("event: "));
        if (!last.matches("event: error\ndata: .*\n\n")) {
            throw new AssertionError("no event of an error at the end: " + last);
        }
        return ClientResponse.error(ClientResponse.object(data(last).getFirst()));
    }

    /// Closes the connection without a message.
    public void leave() {
        close();
    }

    @Override
    public void close() {
        connection.close();
    }
}
