package fakestream.endpoint;

import fakestream.config.HeartbeatStyle;
import fakestream.http.ClientDisconnected;
import fakestream.http.ClientExchange;
import fakestream.http.HttpError;
import fakestream.http.Query;
import fakestream.http.ServerState;
import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.stream.EventStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;

/// `GET /api/check?seconds=35&style=comment`: a stream like any other, but its answer takes that
/// long and needs no upstream. It shows what cuts or buffers a stream between here and the client.
///
/// Each check waits on the exchange's own thread, until its time is over, its client has left, or
/// the daemon has to hurry.
public final class PathCheck {
    /// One second shows only that it works.
    private static final List<Integer> SECONDS = List.of(1, 5, 35, 65, 110, 130);
    /// Keeps checks from crowding out real requests.
    private static final int MOST_AT_ONCE = 24;
    private static final int PIECES = 5;
    private static final Duration BETWEEN_PIECES = Duration.ofMillis(200);

    private final StreamFactory streams;
    private final ApiTarget chat;
    private final Semaphore free = new Semaphore(MOST_AT_ONCE);
    private final ServerState serverState;

    /// @param chat the API whose stream it imitates
    public PathCheck(StreamFactory streams, Protocol chat, ServerState serverState) {
        this.chat = ApiTarget.of(chat, "chat/completions");
        this.streams = streams;
        this.serverState = serverState;
    }

    /// Runs one check.
    ///
    /// @throws HttpError 400 if the query is wrong, 503 if too many checks run
    /// @throws IOException if the client left, or the daemon stops
    public void serve(ClientExchange client) throws HttpError, IOException {
        var time = Duration.ofSeconds(choice(client.query(), "seconds", SECONDS));
        var style = choice(client.query(), "style", List.of(HeartbeatStyle.values()));
        if (!free.tryAcquire()) {
            throw new HttpError(503, ApiError.of("server_error", "overloaded", null,
                    "fakestream already runs " + MOST_AT_ONCE + " checks; try again in 5 s"),
                    Map.of("Retry-After", "5"));
        }
        try {
            play(client, time, style);
        } finally {
            free.release();
        }
    }

    /// The value that the query names, in lower case.
    private static <T> T choice(Query query, String name, List<T> values) throws HttpError {
        var words = values.stream()
                .map(value -> value.toString().toLowerCase(Locale.ROOT)).toList();
        var at = words.indexOf(String.valueOf(query.get(name)));
        if (at < 0) {
            throw new HttpError(400, ApiError.invalidRequest(null, name,
                    "'" + name + "' must be one of " + words));
        }
        return values.get(at);
    }

    private void play(ClientExchange client, Duration time, HeartbeatStyle style)
            throws IOException {
        var started = System.nanoTime();
        try (var stream = streams.open(client, chat, JsonObject.EMPTY, style, Duration.ZERO)) {
            client.onLeaving(Thread.currentThread()::interrupt);
            serverState.pause(time);
            var state = stream.answered(Map.of());
            if (serverState.isHurrying()) {
                var error = ApiError.shutdown();
                stream.breakOff(chat.protocol().failure(JsonObject.EMPTY, error, state),
                        error.message());
            }
            tell(stream, state, started);
        }
    }

    /// Sends the answer in pieces with a pause between them. Each says when it left: if they arrive
    /// late, or all at once, something on the way buffers.
    private void tell(EventStream stream, StreamState state, long started)
            throws ClientDisconnected {
        for (int i = 1; i <= PIECES; i++) {
            var delta = new JsonObject.Builder().add("content", i + " ");
            if (i == 1 && !state.begun()) {
                delta.add("role", "assistant");
            }
            stream.send(List.of(chunk(state, delta.build(), JsonNull.NULL, started)));
            serverState.pause(BETWEEN_PIECES);
        }
        stream.end(List.of(chunk(state, JsonObject.EMPTY, new JsonString("stop"), started),
                SseEvent.Message.of("[DONE]")));
    }

    private SseEvent chunk(StreamState state, JsonObject delta, JsonValue finish, long started) {
        var choice = new JsonObject.Builder().add("index", 0).add("delta", delta)
                .add("finish_reason", finish).build();
        return SseEvent.Message.of(new JsonObject.Builder()
                .add("id", "chatcmpl-" + state.id())
                .add("object", "chat.completion.chunk")
                .add("created", state.created())
                .add("model", "path-check")
                .add("choices", JsonArray.of(choice))
                .add("check", new JsonObject.Builder()
                        .add("sent_ms", (System.nanoTime() - started) / 1_000_000)
                        .add("interval_ms", streams.interval().toMillis()).build())
                .build().toString());
    }
}
