package fakestream.endpoint;

import fakestream.concurrent.ComputeSlots;
import fakestream.config.Config;
import fakestream.config.HeartbeatStyle;
import fakestream.config.Setting;
import fakestream.http.ClientDisconnected;
import fakestream.http.ClientExchange;
import fakestream.http.Response;
import fakestream.http.ServerState;
import fakestream.json.JsonObject;
import fakestream.protocol.ClientTable;
import fakestream.protocol.Protocol;
import fakestream.protocol.StreamState;
import fakestream.stream.EventStream;
import fakestream.stream.Framing;
import fakestream.stream.HeartbeatExecutor;
import fakestream.stream.Heartbeats;
import fakestream.stream.Pacer;
import fakestream.telemetry.Metrics;
import fakestream.upstream.UpstreamException;
import java.lang.ScopedValue.CallableOp;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/// Opens the streams of one configuration, all with the same heartbeats, the same pace, and pieces
/// of the same length.
public final class StreamFactory {
    private final Config config;
    private final Pacer pacer;
    private final ComputeSlots slots;
    private final HeartbeatExecutor beats;
    private final Metrics metrics;
    private final Supplier<String> ids;

    /// @param ids makes ids for streams whose answer has none
    public StreamFactory(Config config, ServerState serverState, HeartbeatExecutor beats,
            Metrics metrics, ComputeSlots slots, Supplier<String> ids) {
        this.config = config;
        this.pacer = new Pacer(config.get(Setting.CHUNK_DELAY_MS),
                config.get(Setting.REPLAY_MAX_MS), serverState);
        this.slots = slots;
        this.beats = beats;
        this.metrics = metrics;
        this.ids = ids;
    }

    /// A stream for a client; its heartbeats begin now.
    EventStream open(ClientExchange client, ApiTarget target, JsonObject request) {
        return open(client, target, request, config.get(Setting.HEARTBEAT_STYLE),
                config.get(Setting.COMMIT_AFTER_MS));
    }

    /// A stream with this style of heartbeat; its head goes out after this time at the latest.
    EventStream open(ClientExchange client, ApiTarget target, JsonObject request,
            HeartbeatStyle style, Duration commitAfter) {
        var protocol = target.protocol();
        var profile = ClientTable.of(protocol, client.headers()::getFirst)
                .dataWithin(config.get(Setting.HEARTBEAT_DATA_AFTER_MS));
        client.record().client(profile.name());
        var rhythm = Heartbeats.Rhythm.of(style, protocol, profile, commitAfter, interval());
        var state = new StreamState(ids.get(), Instant.now().getEpochSecond(), 0,
                config.get(Setting.CHUNK_TARGET_LENGTH), profile);
        return new EventStream(client, target.framing(),
                new Heartbeats(rhythm, protocol, request, state, System::nanoTime), beats, metrics);
    }

    /// The time between two heartbeats.
    Duration interval() {
        return config.get(Setting.HEARTBEAT_INTERVAL_MS);
    }

    /// The sender of an answer into a stream.
    AnswerStream into(EventStream stream, ApiTarget target, JsonObject request) {
        return new AnswerStream(target.protocol(), request, stream, pacer, slots);
    }

    /// Whether answers that are no streams are kept alive too.
    boolean keepsWholeAnswersAlive() {
        return !config.get(Setting.NONSTREAM_KEEPALIVE_MS).isZero();
    }

    /// A body for one JSON document; blank lines before it keep it alive.
    EventStream openWhole(ClientExchange client) {
        return new EventStream(client, Framing.DOCUMENT, Heartbeats.blankLines(
                config.get(Setting.NONSTREAM_KEEPALIVE_MS)), beats, metrics);
    }

    /// Sends a whole answer, or the upstream's failure, and keeps the response alive until then.
    /// After the first blank line only the body can report an error.
    ///
    /// @param asking asks the upstream for the answer
    public void sendWhole(ClientExchange client, Protocol protocol,
            CallableOp<Response, UpstreamException> asking) throws ClientDisconnected {
        if (!keepsWholeAnswersAlive() || client.method().equals("HEAD")) {
            client.send(response(client, protocol, asking));
            return;
        }
        try (var stream = openWhole(client)) {
            stream.end(response(client, protocol, asking));
        }
    }

    private static Response response(ClientExchange client, Protocol protocol,
            CallableOp<Response, UpstreamException> asking) throws ClientDisconnected {
        try {
            return asking.call();
        } catch (UpstreamException e) {
            return failure(client, protocol, e);
        }
    }

    /// Notes that the upstream failed, and returns the response that says why.
    static Response failure(ClientExchange client, Protocol protocol, UpstreamException e)
            throws ClientDisconnected {
        client.checkPresence();
        client.record().failed(e.error().code());
        return Response.error(protocol, e.status(), e.error());
    }
}
