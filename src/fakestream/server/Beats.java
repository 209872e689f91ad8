package fakestream.server;

import fakestream.config.HeartbeatStyle;
import fakestream.json.JsonObject;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.Telling;
import java.time.Duration;

/// What the heartbeats of one stream say. While the answer is awaited, they are comments or empty
/// chunks, as the style has it; once something of the answer is out, the beat that its protocol
/// gives for a pause. Guarded by the lock of the stream that it belongs to.
final class Beats {
    /// Clients that count events and not bytes give up after 300 s without one (Codex).
    private static final Duration LONGEST_WITHOUT_DATA = Duration.ofSeconds(180);

    /// go-openai gives up after 300 lines in a row that are no data.
    private static final long MOST_WITHOUT_DATA = 250;

    private final HeartbeatStyle style;
    private final Protocol protocol;
    private final JsonObject request;
    private final long dataEvery;
    private Telling telling;
    private SseEvent pause;
    private boolean answered;
    private long count;

    /// @param telling how the stream is told, not begun yet
    Beats(HeartbeatStyle style, Duration interval, Protocol protocol, JsonObject request,
            Telling telling) {
        this.style = style;
        this.protocol = protocol;
        this.request = request;
        this.telling = telling;
        this.dataEvery = Math.clamp(LONGEST_WITHOUT_DATA.dividedBy(interval), 1,
                MOST_WITHOUT_DATA);
    }

    /// The next beat; null where there is none to send now.
    SseEvent next() {
        if (style == HeartbeatStyle.OFF) {
            return null;
        }
        var beat = answered ? pause : waiting();
        return style == HeartbeatStyle.CHUNK && beat instanceof SseEvent.Comment ? null : beat;
    }

    /// The answer is here: from now on there are only the beats for its pauses. Until it says what
    /// that is, they change nothing of what the client has been told.
    ///
    /// @return how much of the stream the client has been told
    Telling answered() {
        answered = true;
        pause = telling.begun() ? protocol.heartbeat(request, telling) : SseEvent.HEARTBEAT;
        return telling;
    }

    /// From now on this is the beat.
    void pauseWith(SseEvent beat) {
        pause = beat;
    }

    private SseEvent waiting() {
        count++;
        if (style == HeartbeatStyle.COMMENT && count % dataEvery != 0) {
            return SseEvent.HEARTBEAT;
        }
        var beat = protocol.heartbeat(request, telling);
        telling = telling.afterHeartbeat();
        return beat;
    }
}
