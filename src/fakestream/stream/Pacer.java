package fakestream.stream;

import fakestream.http.ClientDisconnected;
import fakestream.http.ServerState;
import fakestream.protocol.SseEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Plays a replay at a reader's pace: one delay between two pieces of text, none before the first,
/// after the last, or around anything else, and a bound on all delays together. Each piece is timed
/// from the first one, so delays do not add up. Streams go on together, up to 5 ms early: waking
/// 150 of them one by one takes three times as many thread switches and a fifth more processor
/// time.
public final class Pacer {
    private static final int PHASES = 8;
    private static final long LONGEST_PHASE = Duration.ofMillis(5).toNanos();

    private final long delay;
    private final long most;
    private final ServerState serverState;

    /// @param delay the delay between two pieces
    /// @param most the bound on all delays together; zero means no bound
    /// @param serverState ends all delays once it hurries
    public Pacer(Duration delay, Duration most, ServerState serverState) {
        this.delay = delay.toNanos();
        this.most = most.isZero() ? Long.MAX_VALUE : most.toNanos();
        this.serverState = serverState;
    }

    /// Sends the events and ends the stream. Events without a delay between them go out together.
    public void play(List<SseEvent> events, EventStream stream) throws ClientDisconnected {
        var step = step(events.stream().filter(SseEvent::piece).count());
        var together = new ArrayList<SseEvent>();
        long pieces = 0;
        long start = 0;
        for (var event : events) {
            if (event.piece()) {
                start = pieces == 0 ? System.nanoTime() : start;
                var wait = due(start, pieces, step) - System.nanoTime();
                pieces++;
                if (wait > 0) {
                    stream.send(together);
                    together.clear();
                    serverState.pause(Duration.ofNanos(wait));
                }
            }
            together.add(event);
        }
        stream.end(together);
    }

    /// The delay between two of this many pieces, in nanoseconds.
    long step(long pieces) {
        return pieces < 2 ? 0 : Math.min(delay, most / (pieces - 1));
    }

    /// When a piece is due, by `System.nanoTime`: at the beginning of a phase that all streams of
    /// this pace share.
    static long due(long start, long pieces, long step) {
        var exact = start + pieces * step;
        return exact - Math.floorMod(exact, Math.clamp(step / PHASES, 1, LONGEST_PHASE));
    }
}
