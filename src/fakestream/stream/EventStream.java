package fakestream.stream;

import fakestream.http.ClientDisconnected;
import fakestream.http.ClientExchange;
import fakestream.http.Response;
import fakestream.http.StreamAborted;
import fakestream.json.JsonWriter;
import fakestream.json.Parts;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.telemetry.Metrics;
import fakestream.telemetry.RequestRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The event stream of one client: heartbeats while it is silent, then the answer, in one chunked
/// body. Two threads write to it, each under its lock: the exchange's own, and one of the beats'
/// ([HeartbeatExecutor]). The beat's thread only tries the lock, for a stream that is being written
/// to needs no heartbeat; so the timer never waits for a client, and no client for another.
///
/// Nothing is sent before the first beat or the first event. Until then the stream can still
/// become a plain response with a status of its own.
public final class EventStream implements AutoCloseable {
    private static final Map<String, String> HEADERS = Map.of(
            "Cache-Control", "no-cache, no-transform",
            "X-Accel-Buffering", "no");

    /// Bytes that an event of some words mostly has.
    private static final int USUAL_EVENT = 256;

    /// undici drops what it has not read yet when a connection breaks.
    private static final Duration BEFORE_BREAKING_OFF = Duration.ofMillis(250);

    private final ClientExchange client;
    private final Framing framing;
    private final Heartbeats beats;
    private final HeartbeatTiming timing;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean committed;
    private boolean ended;
    private long due;
    private volatile Future<?> nextTick;
    private int eventCount;
    /// Whether heartbeats hold a line of data open.
    private boolean open;
    private Metrics.Phase phase = Metrics.Phase.WAITING;

    private EventStream(ClientExchange client, Framing framing, Heartbeats beats,
            HeartbeatTiming timing) {
        this.client = client;
        this.framing = framing;
        this.beats = beats;
        this.timing = timing;
        this.due = System.nanoTime() + timing.commitAfter().toNanos();
    }

    /// Opens a stream, which sends nothing yet.
    public static EventStream open(ClientExchange client, Framing framing, Heartbeats beats,
            HeartbeatTiming timing) {
        var stream = new EventStream(client, framing, beats, timing);
        timing.metrics().enters(stream.phase);
        stream.awaitBeat(timing.commitAfter().toNanos());
        return stream;
    }

    /// What is known of the exchange.
    public RequestRecord record() {
        return client.record();
    }

    /// Sends a plain response instead, if nothing was sent yet.
    ///
    /// @return false where it is too late for that
    public boolean replace(Response reply) throws ClientDisconnected {
        lock.lock();
        try {
            if (committed) {
                return false;
            }
            ended = true;
            client.send(reply);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Sends a plain response if nothing was sent yet, and else its body alone, behind the blank
    /// lines of a [document][Framing#DOCUMENT].
    public void end(Response reply) throws ClientDisconnected {
        if (!replace(reply)) {
            end(List.of(new SseEvent.Received(reply.body(), "", "")));
        }
    }

    /// Ends without a word if nothing was sent yet, and leaves the client to the caller.
    ///
    /// @return false where it is too late for that
    public boolean withdraw() {
        lock.lock();
        try {
            ended |= !committed;
            return !committed;
        } finally {
            lock.unlock();
        }
    }

    /// The answer is here, so that no beat says otherwise from now on.
    ///
    /// @param headers that go out with the first event, if none has gone out yet
    /// @return how much of the stream the client has been told
    public StreamState answered(Map<String, String> headers) {
        lock.lock();
        try {
            if (!committed) {
                headers.forEach(client.responseHeaders()::set);
            }
            enter(Metrics.Phase.REPLAYING);
            return beats.answered();
        } finally {
            lock.unlock();
        }
    }

    /// Nothing of the answer, which is a stream, was told yet: the beats are as before it was here.
    public void resume() {
        lock.lock();
        beats.resume();
        lock.unlock();
    }

    /// From now on this is the heartbeat.
    public void pauseWith(SseEvent beat) {
        lock.lock();
        beats.pauseWith(beat);
        lock.unlock();
    }

    /// Sends events, in one flush.
    public void send(List<? extends SseEvent> events) throws ClientDisconnected {
        lock.lock();
        try {
            write(events);
            client.flush();
            count(events);
        } finally {
            lock.unlock();
        }
    }

    /// Sends the last events and ends the stream as one that is whole.
    public void end(List<? extends SseEvent> events) throws ClientDisconnected {
        lock.lock();
        try {
            write(events);
            var ending = framing.end(eventCount == 0);
            if (ending.length > 0) {
                client.write(Parts.of(ending));
            }
            ended = true;
            client.end();
            count(events);
        } finally {
            lock.unlock();
        }
    }

    /// Tells a failure in the stream, and breaks it off.
    public void breakOff(List<SseEvent> failure, String reason) throws ClientDisconnected,
            StreamAborted {
        lock.lock();
        try {
            write(failure);
            client.flush();
        } finally {
            lock.unlock();
        }
        close();
        try {
            Thread.sleep(BEFORE_BREAKING_OFF);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new StreamAborted(reason);
    }

    /// Stops the beats; it sends nothing.
    @Override
    public void close() {
        lock.lock();
        ended = true;
        enter(Metrics.Phase.OVER);
        lock.unlock();
        nextTick.cancel(false);
    }

    /// In another phase from now on; one that is over stays so.
    private void enter(Metrics.Phase next) {
        if (phase != next && phase != Metrics.Phase.OVER) {
            timing.metrics().leaves(phase);
            timing.metrics().enters(next);
            phase = next;
        }
    }

    /// Those that hold something of the answer, as an upstream's comments do not.
    private void count(List<? extends SseEvent> events) {
        for (var event : events) {
            if (event.hasData()) {
                record().chunk();
            }
        }
    }

    private void write(List<? extends SseEvent> events) throws ClientDisconnected {
        commit();
        var together = new JsonWriter(USUAL_EVENT * events.size());
        for (var event : events) {
            var before = together.length();
            frame(beats.sending(event), together);
            // A comment is left out of an array, and the next event may still be its first.
            eventCount += together.length() > before ? 1 : 0;
        }
        client.write(together.parts());
        due = System.nanoTime() + timing.interval().toNanos();
    }

    private void frame(SseEvent event, JsonWriter out) {
        framing.frame(event, eventCount == 0, open, out);
        open = framing.leavesOpen(event, open);
    }

    private void commit() throws ClientDisconnected {
        if (!committed) {
            committed = true;
            client.responseHeaders().set("Content-Type", framing.contentType());
            client.begin(200, HEADERS, 0);
        }
    }

    /// Comes back when a beat may be due. The timer's thread only hands over.
    private void awaitBeat(long nanos) {
        nextTick = timing.timer().schedule(() -> timing.executor().execute(this::tick),
                Math.max(nanos, 0), TimeUnit.NANOSECONDS);
    }

    /// Runs on a thread of the beats. Where it throws, which is a bug, the next tick comes all the
    /// same.
    private void tick() {
        if (!lock.tryLock()) {
            // Not at once, for a write that is stuck holds the lock until it is cut off.
            awaitBeat(timing.interval().toNanos() / 10);
            return;
        }
        try {
            if (!ended) {
                beatIfDue();
            }
        } catch (ClientDisconnected _) {
            ended = true;
        } finally {
            if (!ended) {
                awaitBeat(due - System.nanoTime());
            }
            lock.unlock();
        }
    }

    private void beatIfDue() throws ClientDisconnected {
        var now = System.nanoTime();
        if (now < due) {
            return;
        }
        var late = now - due;
        // From the time that was due, so that the beat keeps its measure; a late one skips.
        due += timing.interval().toNanos();
        due = due > now ? due : now + timing.interval().toNanos();
        if (!client.request().isTaken()) {
            // A client that is still sending need not read, and may take an answer for a refusal.
            return;
        }
        var beat = beats.next();
        commit();
        if (beat != null) {
            var out = new JsonWriter();
            frame(beat, out);
            client.write(out.parts());
        }
        client.flush();
        if (beat != null) {
            record().beat(Heartbeats.isCounted(beat));
            timing.metrics().beat(beat.hasData(), late);
        }
    }
}
