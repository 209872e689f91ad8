package fakestream.server;

import fakestream.config.Config;
import fakestream.config.HeartbeatStyle;
import fakestream.config.Setting;
import fakestream.json.JsonObject;
import fakestream.protocol.Protocol;
import fakestream.protocol.Telling;
import fakestream.upstream.UpstreamCall;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/// Tells answers as streams, all of a daemon's alike: with the same heartbeats, the same pace, and
/// pieces of the same length.
final class Storyteller {
    private final HeartbeatStyle style;
    private final Duration interval;
    private final int pieceLength;
    private final Pacer pacer;
    private final EventStream.Timing timing;
    private final Supplier<String> ids;

    /// @param ids new names for streams whose answer has none
    Storyteller(Config config, EventStream.Timing timing, Supplier<String> ids) {
        this.style = config.get(Setting.HEARTBEAT_STYLE);
        this.interval = config.get(Setting.HEARTBEAT_INTERVAL_MS);
        this.pieceLength = config.get(Setting.CHUNK_TARGET_LENGTH);
        this.pacer = new Pacer(config.get(Setting.CHUNK_DELAY_MS),
                config.get(Setting.REPLAY_MAX_MS));
        this.timing = timing;
        this.ids = ids;
    }

    /// Keeps the client's stream alive until the call is answered, and tells the answer in it.
    ///
    /// @throws IOException where the client left, or its stream had to be broken off
    void tell(Client client, Protocol protocol, JsonObject request, UpstreamCall call)
            throws IOException {
        var telling = new Telling(ids.get(), Instant.now().getEpochSecond(), false, pieceLength);
        var beats = new Beats(style, interval, protocol, request, telling);
        try (var stream = EventStream.open(client, beats, timing, call::cancel)) {
            new StreamedAnswer(protocol, request, stream, pacer).tell(call);
        }
    }
}
