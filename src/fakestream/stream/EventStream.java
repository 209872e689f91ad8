package fakestream.stream;

import fakestream.concurrent.Guard;
import fakestream.http.ClientDisconnected;
import fakestream.http.ClientExchange;
import fakestream.http.Response;
import fakestream.http.StreamAborted;
import fakestream.json.JsonWriter;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.telemetry.Metrics;
import fakestream.telemetry.RequestRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/// The event stream of one client, in one chunked body: heartbeats while it is silent, then the
/// answer. Two threads write to it, each under its lock: the exchange's own, and a heartbeat thread
/// ([HeartbeatExecutor]). The heartbeat thread only tries the lock, because a stream that is being
/// written to needs no heartbeat. So the timer never waits for a client, and no client for another.
///
/// Nothing is sent before the first heartbeat or the first event. Until then the stream can still
/// become a plain response with a status of its own.
public final class EventStream implements AutoCloseable {
    private static final Map<String, String> HEADERS =
            Map.of("Cache-Control", "no-cache, no-transform", "X-Accel-Buffering", "no");

    /// Bytes of a usual event with some words.
    private static final int USUAL_EVENT = 256;

    /// A pause before the connection breaks: undici drops what it has not read by then.
    private static final Duration BEFORE_BREAKING_OFF = Duration.ofMillis(250);

    private final ClientExchange client;
    private final Framing framing;
    private final Heartbeats beats;
    private final HeartbeatExecutor executor;
    private final Metrics metrics;
    private final long interval;
    private final Guard guard = new Guard();
    private boolean committed;
    private boolean ended;
    private long due;
    private volatile Future<?> nextTick;
    /// Whether nothing but heartbeats was sent.
    private boolean empty = true;
    /// Whether heartbeats hold a line of data open.
    private boolean open;
    private Metrics.Phase phase = Metrics.Phase.WAITING;

    /// Opens a stream; it sends nothing yet.
    public EventStream(ClientExchange client, Framing framing, Heartbeats beats,
            HeartbeatExecutor executor, Metrics metrics) {
        this.client = client;
        this.framing = framing;
        this.beats = beats;
        this.executor = executor;
        this.metrics = metrics;
        this.interval = beats.rhythm.interval().toNanos();
        this.due = System.nanoTime() + beats.rhythm.commitAfter().toNanos();
        metrics.streams(phase, 1);
        awaitBeat();
    }

    /// The record of the exchange.
    public RequestRecord record() {
        return client.record();
    }

    /// Ends the stream without a byte if nothing was sent yet, and leaves the client to the caller.
    ///
    /// @return false if it is too late for that
    public boolean withdraw() {
        return guard.get(() -> {
            ended |= !committed;
            return !committed;
        });
    }

    /// Sends a plain response instead, if nothing was sent yet.
    ///
    /// @return false if it is too late for that
    public boolean replace(Response reply) throws ClientDisconnected {
        var inTime = withdraw();
        if (inTime) {
            client.send(reply);
        }
        return inTime;
    }

    /// Sends a plain response if nothing was sent yet; otherwise only its body, after the blank
    /// lines of a [document][Framing#DOCUMENT].
    public void end(Response reply) throws ClientDisconnected {
        if (!replace(reply)) {
            end(List.of(new SseEvent.Received(reply.body(), "", "")));
        }
    }

    /// The answer has arrived; heartbeats switch to their mid-stream form.
    ///
    /// @param headers go out with the first event, if nothing was sent yet
    /// @return how much of the stream the client has got
    public StreamState answered(Map<String, String> headers) {
        return guard.get(() -> {
            if (!committed) {
                headers.forEach(client.responseHeaders()::set);
            }
            enter(Metrics.Phase.REPLAYING);
            return beats.answered();
        });
    }

    /// Nothing of the streamed answer was sent yet; heartbeats go on as before it arrived.
    public void resume() {
        guard.run(beats::resume);
    }

    /// Makes this the heartbeat from now on.
    public void pauseWith(SseEvent beat) {
        guard.run(() -> beats.pauseWith(beat));
    }

    /// Sends events, in one flush.
    public void send(List<? extends SseEvent> events) throws ClientDisconnected {
        send(events, false);
    }

    /// Sends the last events and ends the stream as complete.
    public void end(List<? extends SseEvent> events) throws ClientDisconnected {
        send(events, true);
    }

    private void send(List<? extends SseEvent> events, boolean last) throws ClientDisconnected {
        guard.run(() -> {
            write(events, last);
            if (last) {
                ended = true;
                client.end();
            } else {
                client.flush();
            }
            for (var event : events) {
                // An upstream's comments hold nothing of the answer.
                if (event.hasData()) {
                    record().chunks.add();
                }
            }
        });
    }

    /// Sends a failure in the stream, and breaks the stream off.
    public void breakOff(List<SseEvent> failure, String reason)
            throws ClientDisconnected, StreamAborted {
        guard.run(() -> {
            write(failure, false);
            client.flush();
        });
        close();
        try {
            Thread.sleep(BEFORE_BREAKING_OFF);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new StreamAborted(reason);
    }

    /// Stops the heartbeats; it sends nothing.
    @Override
    public void close() {
        guard.run(() -> {
            ended = true;
            enter(Metrics.Phase.OVER);
        });
        nextTick.cancel(false);
    }

    /// Enters another phase; a stream that is over stays so.
    private void enter(Metrics.Phase next) {
        if (phase != next && phase != Metrics.Phase.OVER) {
            metrics.streams(phase, -1);
            metrics.streams(next, 1);
            phase = next;
        }
    }

    private void write(List<? extends SseEvent> events, boolean last) throws ClientDisconnected {
        commit();
        var together = new JsonWriter(USUAL_EVENT * events.size());
        for (var event : events) {
            var before = together.length();
            frame(beats.sending(event), together);
            // An array leaves comments out, so the next event may still be its first.
            empty &= together.length() == before;
        }
        if (last) {
            together.text(framing.end(empty));
        }
        client.write(together.parts());
        due = System.nanoTime() + interval;
    }

    private void frame(SseEvent event, JsonWriter out) {
        framing.frame(event, empty, open, out);
        open = framing.leavesOpen(event, open);
    }

    private void commit() throws ClientDisconnected {
        if (!committed) {
            committed = true;
            client.responseHeaders().set("Content-Type", framing.contentType);
            client.begin(200, HEADERS, 0);
        }
    }

    /// Comes back when the next heartbeat is due.
    private void awaitBeat() {
        nextTick = executor.schedule(this::tick, due - System.nanoTime());
    }

    /// Runs on a heartbeat thread. If it throws, which is a bug, the next tick still comes.
    private void tick() {
        if (!guard.tryLock()) {
            // Not at once: a stuck write holds the lock until it is cut off.
            nextTick = executor.schedule(this::tick, interval / 10);
            return;
        }
        try {
            if (!ended && System.nanoTime() >= due) {
                beat();
            }
        } catch (ClientDisconnected _) {
            ended = true;
        } finally {
            if (!ended) {
                awaitBeat();
            }
            guard.unlock();
        }
    }

    private void beat() throws ClientDisconnected {
        var now = System.nanoTime();
        var late = now - due;
        // Counted from the due time, so that the interval stays exact; a late heartbeat skips.
        due = late < interval ? due + interval : now + interval;
        if (!client.request().isTaken()) {
            // A client that is still sending need not read, and may take a response for a refusal.
            return;
        }
        var beat = beats.next();
        commit();
        var out = new JsonWriter();
        frame(beat, out);
        client.write(out.parts());
        client.flush();
        if (beat != SseEvent.NONE) {
            (Heartbeats.isCounted(beat) ? record().dataBeats : record().quietBeats).add();
            metrics.beat(beat.hasData(), late);
        }
    }
}
