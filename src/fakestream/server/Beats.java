package fakestream.server;

import fakestream.config.HeartbeatStyle;
import fakestream.json.JsonObject;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.Telling;
import java.time.Duration;
import java.util.function.Function;

/// What the heartbeats of one stream say. While the answer is awaited, they are comments or empty
/// chunks, as the style has it; once something of the answer is out, the beat that its protocol
/// gives for a pause. Guarded by the lock of the stream that it belongs to.
final class Beats {
    /// Clients that count events and not bytes give up after 300 s without one (Codex).
    private static final Duration LONGEST_WITHOUT_DATA = Duration.ofSeconds(180);

    /// go-openai gives up after 300 lines in a row that are no data.
    private static final long MOST_WITHOUT_DATA = 250;
    private static final long NEVER = Long.MAX_VALUE;

    private final HeartbeatStyle style;
    private final long dataEvery;
    private final SseEvent quiet;
    private final Function<Telling, SseEvent> withData;
    private Telling telling;
    private SseEvent pause;
    private boolean answered;
    private long count;

    private Beats(HeartbeatStyle style, long dataEvery, SseEvent quiet,
            Function<Telling, SseEvent> withData, Telling telling) {
        this.style = style;
        this.dataEvery = dataEvery;
        this.quiet = quiet;
        this.withData = withData;
        this.telling = telling;
    }

    /// The beats of a stream of events.
    ///
    /// @param interval between two beats
    /// @param telling how the stream is told, not begun yet
    static Beats of(HeartbeatStyle style, Duration interval, Protocol protocol, JsonObject request,
            Telling telling) {
        var dataEvery = protocol.mayOpenWithHeartbeat()
                ? Math.clamp(LONGEST_WITHOUT_DATA.toNanos() / interval.toNanos(), 1,
                        MOST_WITHOUT_DATA)
                : NEVER;
        return new Beats(style, dataEvery, protocol.heartbeat(),
                told -> protocol.dataHeartbeat(request, told), telling);
    }

    /// Blank lines, for a body that is no stream of events.
    static Beats blankLines() {
        var blank = new SseEvent.BlankLine();
        return new Beats(HeartbeatStyle.COMMENT, NEVER, blank, _ -> blank, Telling.UNTOLD);
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
        pause = telling.begun() && dataEvery != NEVER ? withData.apply(telling) : quiet;
        return telling;
    }

    /// From now on this is the beat.
    void pauseWith(SseEvent beat) {
        pause = beat;
    }

    /// Comments, until one beat opens the stream: behind that a comment would stand in the block of
    /// a text, which clients that look only at `data:` lose with it.
    private SseEvent waiting() {
        count++;
        if (style == HeartbeatStyle.COMMENT && !telling.begun() && count % dataEvery != 0) {
            return quiet;
        }
        var beat = withData.apply(telling);
        telling = telling.afterHeartbeat();
        return beat;
    }
}
