package fakestream.endpoint;

import fakestream.config.Config;
import fakestream.config.HeartbeatStyle;
import fakestream.config.Setting;
import fakestream.http.ClientDisconnected;
import fakestream.http.ClientExchange;
import fakestream.http.Response;
import fakestream.http.ServerState;
import fakestream.json.JsonObject;
import fakestream.protocol.ClientProfile;
import fakestream.protocol.ClientTable;
import fakestream.protocol.Protocol;
import fakestream.protocol.StreamState;
import fakestream.stream.ComputeSlots;
import fakestream.stream.EventStream;
import fakestream.stream.Framing;
import fakestream.stream.HeartbeatTiming;
import fakestream.stream.Heartbeats;
import fakestream.stream.Pacer;
import fakestream.telemetry.Metrics;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/// Opens the streams of one configuration, all with the same heartbeats, the same pace, and pieces
/// of the same length.
public final class StreamFactory {
    private final HeartbeatStyle style;
    private final Duration interval;
    private final Duration dataAfter;
    private final Duration keepalive;
    private final int pieceLength;
    private final Pacer pacer;
    private final ComputeSlots slots;
    private final HeartbeatTiming timing;
    private final HeartbeatTiming wholeTiming;
    private final HeartbeatTiming checkTiming;
    private final Supplier<String> ids;

    /// @param ids makes ids for streams whose answer has none
    public StreamFactory(Config config, ServerState serverState, ScheduledExecutorService timer,
            Executor beats, Metrics metrics, ComputeSlots slots, Supplier<String> ids) {
        this.slots = slots;
        this.style = config.get(Setting.HEARTBEAT_STYLE);
        this.interval = config.get(Setting.HEARTBEAT_INTERVAL_MS);
        this.dataAfter = config.get(Setting.HEARTBEAT_DATA_AFTER_MS);
        this.keepalive = config.get(Setting.NONSTREAM_KEEPALIVE_MS);
        this.pieceLength = config.get(Setting.CHUNK_TARGET_LENGTH);
        this.pacer = new Pacer(config.get(Setting.CHUNK_DELAY_MS),
                config.get(Setting.REPLAY_MAX_MS), serverState);
        this.timing = new HeartbeatTiming(config.get(Setting.COMMIT_AFTER_MS), interval, timer,
                beats, metrics);
        this.wholeTiming = new HeartbeatTiming(keepalive, keepalive, timer, beats, metrics);
        this.checkTiming = new HeartbeatTiming(Duration.ZERO, interval, timer, beats, metrics);
        this.ids = ids;
    }

    /// A stream for a client; its heartbeats begin now.
    EventStream open(ClientExchange client, ApiTarget target, JsonObject request) {
        return open(client, target.protocol(), request, target.framing(), style, timing);
    }

    /// Opens a stream as [#open] does, with this style of heartbeat, and commits it at once.
    EventStream openCheck(ClientExchange client, Protocol protocol, HeartbeatStyle checked) {
        return open(client, protocol, JsonObject.EMPTY, Framing.EVENTS, checked, checkTiming);
    }

    private EventStream open(ClientExchange client, Protocol protocol, JsonObject request,
            Framing framing, HeartbeatStyle as, HeartbeatTiming when) {
        var profile = ClientTable.of(protocol, client.headers()::getFirst).dataWithin(dataAfter);
        var rhythm = Heartbeats.Rhythm.of(as, protocol, profile, interval);
        client.record().client(profile.name());
        var beats = new Heartbeats(rhythm, protocol, request, state(profile), System::nanoTime);
        return EventStream.open(client, framing, beats,
                when.with(profile.headersWithin(), rhythm.interval()));
    }

    /// The time between two heartbeats.
    Duration interval() {
        return interval;
    }

    /// The sender of an answer into a stream.
    AnswerStream into(EventStream stream, ApiTarget target, JsonObject request) {
        return new AnswerStream(target.protocol(), request, stream, pacer, slots);
    }

    /// Whether answers that are no streams are kept alive too.
    boolean keepsWholeAnswersAlive() {
        return !keepalive.isZero();
    }

    /// A body for one JSON document; blank lines before it keep it alive.
    EventStream openWhole(ClientExchange client) {
        return EventStream.open(client, Framing.DOCUMENT, Heartbeats.blankLines(), wholeTiming);
    }

    /// Sends a whole answer, and keeps the response alive until it is there. After the first blank
    /// line only the body can report an error.
    public void sendWhole(ClientExchange client, Supplier<Response> answer)
            throws ClientDisconnected {
        if (!keepsWholeAnswersAlive() || client.method().equals("HEAD")) {
            client.send(answer.get());
            return;
        }
        try (var stream = openWhole(client)) {
            stream.end(answer.get());
        }
    }

    /// The initial state of a stream for a client of this kind.
    private StreamState state(ClientProfile profile) {
        return new StreamState(ids.get(), Instant.now().getEpochSecond(), 0, pieceLength, profile);
    }
}
