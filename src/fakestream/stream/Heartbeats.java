package fakestream.stream;

import fakestream.config.HeartbeatStyle;
import fakestream.json.JsonObject;
import fakestream.protocol.ClientProfile;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.time.Duration;
import java.util.function.LongSupplier;

/// What the heartbeats of one stream say. While the answer is awaited, they carry nothing, until
/// the client's clock asks for one that carries data; from then on all do. Once something of the
/// answer is out, they are the beat that its protocol gives for a pause, and one with data where
/// the clock asks for it. Guarded by the lock of the stream that it belongs to.
public final class Heartbeats {
    /// In the style of comments. Clients that count events give up after 300 s without one.
    private static final Duration LONGEST_WITHOUT_DATA = Duration.ofSeconds(180);

    /// go-openai gives up after 300 lines in a row that are no data.
    private static final int MOST_WITHOUT_DATA = 250;

    private final Rhythm rhythm;
    private final Protocol protocol;
    private final JsonObject request;
    private final LongSupplier nanoTime;
    private StreamState state;
    private SseEvent pause;
    private boolean answered;
    /// Whether the answer has said what stands in its pauses.
    private boolean told;
    /// When the client last got data, by `nanoTime`; in the beginning, when it began to wait.
    private long since;
    /// What the client got last that has data; null while there was nothing.
    private SseEvent last;
    /// How many beats stood for a comment since the answer is told.
    private int replaced;

    /// How the beats of a stream go.
    ///
    /// @param quiet carries nothing
    /// @param interval between two beats
    /// @param dataAfter the longest time without one that carries data; zero where each does
    public record Rhythm(SseEvent quiet, Duration interval, Duration dataAfter) {
        /// Of a style.
        ///
        /// @param client whose needs count in the style `auto`
        public static Rhythm of(HeartbeatStyle style, Protocol protocol, ClientProfile client,
                Duration interval) {
            var quiet = protocol.heartbeat();
            return switch (style) {
                case OFF -> new Rhythm(SseEvent.NONE, interval, ClientProfile.NEVER);
                case CHUNK -> new Rhythm(quiet, interval, quiet instanceof SseEvent.Message
                        ? ClientProfile.NEVER : Duration.ZERO);
                case COMMENT -> bounded(quiet, interval, quiet instanceof SseEvent.Comment
                        && protocol.mayOpenWithHeartbeat() ? LONGEST_WITHOUT_DATA
                        : ClientProfile.NEVER);
                case AUTO -> bounded(client.blankLines() && quiet instanceof SseEvent.Comment
                        ? new SseEvent.BlankLines() : quiet, interval, client.dataAfter());
            };
        }

        private static Rhythm bounded(SseEvent quiet, Duration interval, Duration dataAfter) {
            var most = interval.multipliedBy(MOST_WITHOUT_DATA);
            var after = quiet instanceof SseEvent.Message || dataAfter == ClientProfile.NEVER
                    || dataAfter.compareTo(most) < 0 ? dataAfter : most;
            return new Rhythm(quiet, after.isZero() || interval.compareTo(after) < 0 ? interval
                    : after, after);
        }
    }

    /// The beats of a stream of events.
    ///
    /// @param protocol null where every beat is quiet
    /// @param state how the stream is told, not begun yet
    /// @param nanoTime a clock such as `System::nanoTime`
    public Heartbeats(Rhythm rhythm, Protocol protocol, JsonObject request, StreamState state,
            LongSupplier nanoTime) {
        this.rhythm = rhythm;
        this.protocol = protocol;
        this.request = request;
        this.state = state;
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /// Blank lines, for a body that is no stream of events.
    public static Heartbeats blankLines() {
        var rhythm = new Rhythm(new SseEvent.BlankLines(), Duration.ZERO, ClientProfile.NEVER);
        return new Heartbeats(rhythm, null, JsonObject.EMPTY, StreamState.UNTOLD, () -> 0);
    }

    /// The next beat; null where there is none to send now.
    SseEvent next() {
        if (rhythm.quiet() == SseEvent.NONE) {
            return null;
        }
        var beat = answered ? between() : waiting();
        return beat == SseEvent.NONE ? null : beat;
    }

    /// The answer is here: from now on there are only the beats for its pauses. Until it says what
    /// that is, they change nothing of what the client has been told.
    ///
    /// @return how much of the stream the client has been told
    StreamState answered() {
        if (!told) {
            answered = true;
            pause = state.begun() && protocol.mayOpenWithHeartbeat()
                    ? protocol.dataHeartbeat(request, state) : rhythm.quiet();
        }
        return state;
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
        var sent = replaced == 0 ? event : protocol.behind(event, replaced);
        if (sent.hasData()) {
            last = sent;
            since = isCounted(sent) ? nanoTime.getAsLong() : since;
        }
        return sent;
    }

    /// Comments, until one beat opens the stream: behind that a comment would stand in the block of
    /// a text, which clients that look only at `data:` lose with it.
    private SseEvent waiting() {
        if (!state.begun() && !isDataDue()) {
            return rhythm.quiet();
        }
        var beat = protocol.dataHeartbeat(request, state);
        state = state.afterHeartbeat();
        since = nanoTime.getAsLong();
        return beat;
    }

    private SseEvent between() {
        var beat = !isCounted(pause) && isDataDue() ? withData() : pause;
        return beat instanceof SseEvent.Comment ? rhythm.quiet() : beat;
    }

    /// Whether the next beat would be too late for the client's clock; beats may be a little early.
    private boolean isDataDue() {
        var waited = nanoTime.getAsLong() - since;
        var next = waited + rhythm.interval().toNanos() * 9 / 10;
        return rhythm.dataAfter().isZero() || next > rhythm.dataAfter().toNanos();
    }

    /// Whether an event has data that winds up the clock of a client that counts events. A ping
    /// does not: Anthropic's SDKs skip it.
    static boolean isCounted(SseEvent event) {
        return event instanceof SseEvent.Message message ? !message.type().equals("ping")
                : event instanceof SseEvent.Received received && received.hasData()
                        && !received.type().equals("ping");
    }

    /// What stands for a comment; nothing in the moment between the answer and the first of it.
    private SseEvent withData() {
        if (last == null) {
            return SseEvent.NONE;
        }
        var beat = protocol.pauseBehind(last);
        if (isCounted(beat)) {
            last = beat;
            replaced++;
            since = nanoTime.getAsLong();
        }
        return beat;
    }
}
