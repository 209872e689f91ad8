package fakestream.server;

import fakestream.config.HeartbeatStyle;
import fakestream.json.JsonObject;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.Telling;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// What the heartbeats of one stream say. While the answer is awaited, they are comments or empty
/// chunks, as the style has it; once something of the answer is out, the beat that its protocol
/// gives for a pause. In the style of chunks that is a comment only where clients survive nothing
/// else. Guarded by the lock of the stream that it belongs to.
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
    private final UnaryOperator<SseEvent> pauseBehind;
    private final BiFunction<SseEvent, Integer, SseEvent> behind;
    private Telling telling;
    private SseEvent pause;
    private boolean answered;
    /// Whether the answer has said what stands in its pauses.
    private boolean told;
    private long count;
    /// What the client got last that has data; null while there was nothing.
    private SseEvent last;
    /// How many beats stood for a comment since the answer is told.
    private int replaced;

    private Beats(HeartbeatStyle style, long dataEvery, SseEvent quiet,
            Function<Telling, SseEvent> withData, UnaryOperator<SseEvent> pauseBehind,
            BiFunction<SseEvent, Integer, SseEvent> behind, Telling telling) {
        this.style = style;
        this.dataEvery = dataEvery;
        this.quiet = quiet;
        this.withData = withData;
        this.pauseBehind = pauseBehind;
        this.behind = behind;
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
                told -> protocol.dataHeartbeat(request, told), protocol::pauseBehind,
                protocol::behind, telling);
    }

    /// Blank lines, for a body that is no stream of events.
    static Beats blankLines() {
        var blank = new SseEvent.BlankLine();
        return new Beats(HeartbeatStyle.COMMENT, NEVER, blank, _ -> blank, _ -> blank,
                (event, _) -> event, Telling.UNTOLD);
    }

    /// The next beat; null where there is none to send now.
    SseEvent next() {
        if (style == HeartbeatStyle.OFF) {
            return null;
        }
        var beat = answered ? pause : waiting();
        return style == HeartbeatStyle.CHUNK && beat instanceof SseEvent.Comment ? withData()
                : beat;
    }

    /// The answer is here: from now on there are only the beats for its pauses. Until it says what
    /// that is, they change nothing of what the client has been told.
    ///
    /// @return how much of the stream the client has been told
    Telling answered() {
        if (!told) {
            answered = true;
            pause = telling.begun() && dataEvery != NEVER ? withData.apply(telling) : quiet;
        }
        return telling;
    }

    /// The answer is a stream, of which nothing was told yet: where it has not said what stands in
    /// its pauses, the beats go on as before it was here.
    void resume() {
        answered = told;
    }

    /// From now on this is the beat.
    void pauseWith(SseEvent beat) {
        pause = beat;
        answered = true;
        told = true;
    }

    /// An event of the answer as it must be behind the beats. It goes out now.
    SseEvent sending(SseEvent event) {
        var sent = replaced == 0 ? event : behind.apply(event, replaced);
        var hasData = sent instanceof SseEvent.Message
                || sent instanceof SseEvent.Received(_, _, var data) && !data.isEmpty();
        last = hasData ? sent : last;
        return sent;
    }

    /// What stands for a comment; null in the moment between the answer and the first of it.
    private SseEvent withData() {
        if (last == null) {
            return null;
        }
        var beat = pauseBehind.apply(last);
        if (beat instanceof SseEvent.Message) {
            last = beat;
            replaced++;
        }
        return beat;
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
