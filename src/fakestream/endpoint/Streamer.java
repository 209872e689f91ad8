package fakestream.endpoint;

import fakestream.config.Config;
import fakestream.config.HeartbeatStyle;
import fakestream.config.Setting;
import fakestream.http.Client;
import fakestream.http.ClientLeft;
import fakestream.http.Lifetime;
import fakestream.http.Reply;
import fakestream.json.JsonObject;
import fakestream.protocol.ClientProfile;
import fakestream.protocol.ClientTable;
import fakestream.protocol.Protocol;
import fakestream.protocol.Telling;
import fakestream.stream.BeatTiming;
import fakestream.stream.Beats;
import fakestream.stream.EventStream;
import fakestream.stream.Framing;
import fakestream.stream.Pacer;
import fakestream.stream.Turns;
import fakestream.telemetry.Metrics;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/// Opens the streams of a daemon, all with the same heartbeats, the same pace, and pieces of the
/// same length.
public final class Streamer {
    private final HeartbeatStyle style;
    private final Duration interval;
    private final Duration dataAfter;
    private final Duration keepalive;
    private final int pieceLength;
    private final Pacer pacer;
    private final Turns turns = new Turns();
    private final BeatTiming timing;
    private final BeatTiming wholeTiming;
    private final BeatTiming checkTiming;
    private final Supplier<String> ids;

    /// @param ids new names for streams whose answer has none
    public Streamer(Config config, Lifetime lifetime, ScheduledExecutorService timer,
            Executor beats,
            Metrics metrics, Supplier<String> ids) {
        this.style = config.get(Setting.HEARTBEAT_STYLE);
        this.interval = config.get(Setting.HEARTBEAT_INTERVAL_MS);
        this.dataAfter = config.get(Setting.HEARTBEAT_DATA_AFTER_MS);
        this.keepalive = config.get(Setting.NONSTREAM_KEEPALIVE_MS);
        this.pieceLength = config.get(Setting.CHUNK_TARGET_LENGTH);
        this.pacer = new Pacer(config.get(Setting.CHUNK_DELAY_MS),
                config.get(Setting.REPLAY_MAX_MS), lifetime);
        this.timing = new BeatTiming(config.get(Setting.COMMIT_AFTER_MS), interval, timer, beats,
                metrics);
        this.wholeTiming = new BeatTiming(keepalive, keepalive, timer, beats, metrics);
        this.checkTiming = new BeatTiming(Duration.ZERO, interval, timer, beats, metrics);
        this.ids = ids;
    }

    /// A stream for a client, alive from now on.
    EventStream open(Client client, Ask ask, JsonObject request) {
        return open(client, ask.protocol(), request, ask.framing(), style, timing);
    }

    /// A stream as [#open] gives it, but with heartbeats of this style, and committed at once.
    EventStream openCheck(Client client, Protocol protocol, HeartbeatStyle checked) {
        return open(client, protocol, JsonObject.EMPTY, Framing.EVENTS, checked, checkTiming);
    }

    private EventStream open(Client client, Protocol protocol, JsonObject request,
            Framing framing, HeartbeatStyle as, BeatTiming when) {
        var profile = ClientTable.of(protocol, client.headers()::getFirst).dataWithin(dataAfter);
        var rhythm = Beats.Rhythm.of(as, protocol, profile, interval);
        client.record().client(profile.name());
        var beats = new Beats(rhythm, protocol, request, telling(profile), System::nanoTime);
        return EventStream.open(client, framing, beats,
                when.with(profile.headersWithin(), rhythm.interval()));
    }

    /// The time between two heartbeats.
    Duration interval() {
        return interval;
    }

    /// The way of an answer into a stream.
    StreamedAnswer into(EventStream stream, Ask ask, JsonObject request) {
        return new StreamedAnswer(ask.protocol(), request, stream, pacer, turns);
    }

    /// Whether answers that are no streams are kept alive too.
    boolean keepsWholeAnswersAlive() {
        return !keepalive.isZero();
    }

    /// A body for one JSON document, kept alive by blank lines before it.
    EventStream openWhole(Client client) {
        return EventStream.open(client, Framing.DOCUMENT, Beats.blankLines(), wholeTiming);
    }

    /// Sends a whole answer, kept alive until it is there; once a blank line is out, an error can
    /// only be told by the body.
    public void sendWhole(Client client, Supplier<Reply> answer) throws ClientLeft {
        if (!keepsWholeAnswersAlive() || client.method().equals("HEAD")) {
            client.send(answer.get());
            return;
        }
        try (var stream = openWhole(client)) {
            stream.end(answer.get());
        }
    }

    /// How an answer is told of which a client of this kind has been told nothing yet.
    private Telling telling(ClientProfile profile) {
        return new Telling(ids.get(), Instant.now().getEpochSecond(), 0, pieceLength, profile);
    }
}
