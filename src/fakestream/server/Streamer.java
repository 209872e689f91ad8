package fakestream.server;

import fakestream.config.Config;
import fakestream.config.HeartbeatStyle;
import fakestream.config.Setting;
import fakestream.json.JsonObject;
import fakestream.protocol.Telling;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/// Opens the streams of a daemon, all with the same heartbeats, the same pace, and pieces of the
/// same length.
final class Streamer {
    private final HeartbeatStyle style;
    private final Duration interval;
    private final Duration keepalive;
    private final int pieceLength;
    private final Pacer pacer;
    private final Turns turns = new Turns();
    private final EventStream.Timing timing;
    private final EventStream.Timing wholeTiming;
    private final Supplier<String> ids;

    Streamer(Config config, Shared shared) {
        this.style = config.get(Setting.HEARTBEAT_STYLE);
        this.interval = config.get(Setting.HEARTBEAT_INTERVAL_MS);
        this.keepalive = config.get(Setting.NONSTREAM_KEEPALIVE_MS);
        this.pieceLength = config.get(Setting.CHUNK_TARGET_LENGTH);
        this.pacer = new Pacer(config.get(Setting.CHUNK_DELAY_MS),
                config.get(Setting.REPLAY_MAX_MS), shared.closing());
        this.timing = new EventStream.Timing(config.get(Setting.COMMIT_AFTER_MS), interval,
                shared.timer(), shared.executor());
        this.wholeTiming = new EventStream.Timing(keepalive, keepalive, shared.timer(),
                shared.executor());
        this.ids = shared.ids();
    }

    /// A stream for a client, alive from now on.
    EventStream open(Client client, Ask ask, JsonObject request) {
        var telling = new Telling(ids.get(), Instant.now().getEpochSecond(), 0, pieceLength);
        var beats = Beats.of(style, interval, ask.protocol(), request, telling);
        return EventStream.open(client, ask.framing(), beats, timing);
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
}
