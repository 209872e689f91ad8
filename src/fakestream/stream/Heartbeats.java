package fakestream.stream;

import fakestream.config.HeartbeatStyle;
import fakestream.json.JsonObject;
import fakestream.protocol.ClientProfile;
import fakestream.protocol.Protocol;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.time.Duration;
import java.util.function.LongSupplier;

/// The content of one stream's heartbeats. Before the answer they carry no data, until the client's
/// timeout demands data; from then on all carry data. Once something of the answer is out, they are
/// the protocol's heartbeat for a pause, or one with data when the timeout demands it. The stream's
/// lock guards this.
public final class Heartbeats {
    /// For the style `comment`. Clients that count events give up after 300 s without one.
    private static final Duration LONGEST_WITHOUT_DATA = Duration.ofSeconds(180);

    /// go-openai gives up after 300 lines in a row without data.
    private static final int MOST_WITHOUT_DATA = 250;

    final Rhythm rhythm;
    private final Protocol protocol;
    private final JsonObject request;
    private final LongSupplier nanoTime;
    private StreamState state;
    /// The heartbeat of the answer's pauses; null while the answer is awaited.
    private SseEvent pause;
    /// Whether the answer has set it.
    private boolean told;
    /// When the client last got data, by `nanoTime`; at first, when it began to wait.
    private long since;
    /// The last event with data that the client got; null before the first.
    private SseEvent last;
    /// How many heartbeats replaced a comment since the answer began.
    private int replaced;

    /// The rhythm of a stream's heartbeats.
    ///
    /// @param quiet carries no data
    /// @param commitAfter the time before the first; until then a plain response is possible
    /// @param interval the time between two heartbeats
    /// @param dataAfter the longest time without a heartbeat with data; zero if each has data
    public record Rhythm(SseEvent quiet, Duration commitAfter, Duration interval,
            Duration dataAfter) {
        /// The rhythm of a style.
        ///
        /// @param client its needs; its need for data counts only in the style `auto`
        public static Rhythm of(HeartbeatStyle style, Protocol protocol, ClientProfile client,
                Duration commitAfter, Duration interval) {
            var usual = protocol.heartbeat();
            var isComment = usual instanceof SseEvent.Comment;
            var isMessage = usual instanceof SseEvent.Message;
            var dataAfter = switch (style) {
                case OFF -> ClientProfile.NEVER;
                case CHUNK -> isMessage ? ClientProfile.NEVER : Duration.ZERO;
                case COMMENT -> isComment && protocol.mayOpenWithHeartbeat() ? LONGEST_WITHOUT_DATA
                        : ClientProfile.NEVER;
                case AUTO -> client.dataAfter();
            };
            if (!isMessage && dataAfter != ClientProfile.NEVER) {
                dataAfter = least(dataAfter, interval.multipliedBy(MOST_WITHOUT_DATA));
            }
            var quiet = style == HeartbeatStyle.OFF ? SseEvent.NONE
                    : style == HeartbeatStyle.AUTO && isComment
                            && client.needs().contains(ClientProfile.Need.BLANK_LINES)
                            ? new SseEvent.BlankLines() : usual;
            return new Rhythm(quiet, least(commitAfter, client.headersWithin()),
                    dataAfter.isZero() ? interval : least(interval, dataAfter), dataAfter);
        }

        private static Duration least(Duration one, Duration other) {
            return one.compareTo(other) < 0 ? one : other;
        }
    }

    /// The heartbeats of an event stream.
    ///
    /// @param protocol null if every heartbeat is quiet
    /// @param state the initial state of the stream, not begun yet
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

    /// Blank lines at this interval, for a body that is no event stream.
    public static Heartbeats blankLines(Duration interval) {
        var rhythm = new Rhythm(new SseEvent.BlankLines(), interval, interval, ClientProfile.NEVER);
        return new Heartbeats(rhythm, null, JsonObject.EMPTY, StreamState.UNTOLD, () -> 0);
    }

    /// The next heartbeat; [SseEvent#NONE] if there is none to send now.
    SseEvent next() {
        return rhythm.quiet() == SseEvent.NONE ? SseEvent.NONE
                : pause == null ? waiting() : between();
    }

    /// The answer has arrived; from now on only the heartbeats for its pauses come. Until the
    /// answer sets them, they do not change how much of the stream the client has got.
    ///
    /// @return how much of the stream the client has got
    StreamState answered() {
        if (!told) {
            pause = state.begun() && protocol.mayOpenWithHeartbeat()
                    ? protocol.dataHeartbeat(request, state) : rhythm.quiet();
        }
        return state;
    }

    /// Nothing of the streamed answer was sent yet. If it has not set the heartbeat of its pauses,
    /// the heartbeats go on as before it arrived.
    void resume() {
        pause = told ? pause : null;
    }

    /// Makes this the heartbeat from now on.
    void pauseWith(SseEvent beat) {
        pause = beat;
        told = true;
    }

    /// Adapts an event of the answer to the heartbeats before it. The event goes out now.
    SseEvent sending(SseEvent event) {
        var sent = replaced == 0 ? event : protocol.behind(event, replaced);
        if (sent.hasData()) {
            last = sent;
            since = isCounted(sent) ? nanoTime.getAsLong() : since;
        }
        return sent;
    }

    /// Comments, until a heartbeat opens the stream. After that a comment would stand in the same
    /// block as a text, and clients that look only at `data:` would lose both.
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

    /// Whether the next heartbeat would miss the client's timeout; heartbeats may be a bit early.
    private boolean isDataDue() {
        var waited = nanoTime.getAsLong() - since;
        var next = waited + rhythm.interval().toNanos() * 9 / 10;
        return rhythm.dataAfter().isZero() || next > rhythm.dataAfter().toNanos();
    }

    /// Whether an event has data that resets the timeout of a client that counts events. A ping
    /// does not: Anthropic's SDKs skip it.
    static boolean isCounted(SseEvent event) {
        return event instanceof SseEvent.Message message ? !message.type().equals("ping")
                : event instanceof SseEvent.Received received && received.hasData()
                        && !received.type().equals("ping");
    }

    /// The heartbeat that replaces a comment; none between the answer and its first event.
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
