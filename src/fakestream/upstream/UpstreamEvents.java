package fakestream.upstream;

import fakestream.http.ByteBudget;
import fakestream.protocol.SseEvent;
import fakestream.protocol.SseParser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// The events of an upstream's stream, one after another as they come. One thread reads them.
public final class UpstreamEvents {
    /// Bytes that every stream needs; they are not counted.
    private static final int LITTLE = 64 * 1024;

    /// Bytes that an event costs in addition to its text.
    private static final int OBJECTS = 256;

    private final UpstreamAnswer answer;
    private final SseParser parser = new SseParser();
    private final byte[] buffer = new byte[8 * 1024];
    private final Deque<SseEvent.Received> waiting = new ArrayDeque<>();
    private boolean ended;
    /// Bytes read for the events that wait or are being sent.
    private long coming;
    /// Bytes of the events that [#all()] keeps.
    private long kept;
    private long held;

    /// @param answer an answer whose body is an event stream
    public UpstreamEvents(UpstreamAnswer answer) {
        this.answer = answer;
    }

    /// The first event that has data, not consumed; empty if the stream ends first.
    ///
    /// @throws UpstreamException if the stream breaks off first
    public Optional<SseEvent.Received> firstData() throws UpstreamException {
        var skipped = new ArrayList<SseEvent.Received>();
        var event = next();
        for (; event.isPresent() && event.get().data().isEmpty(); event = next()) {
            skipped.add(event.get());
        }
        event.ifPresent(skipped::add);
        skipped.reversed().forEach(waiting::addFirst);
        return event;
    }

    /// The next complete event; empty at the stream's end.
    ///
    /// @throws UpstreamException if the stream breaks off, falls silent or grows too large
    public Optional<SseEvent.Received> next() throws UpstreamException {
        coming = waiting.isEmpty() ? 0 : coming;
        while (waiting.isEmpty() && !ended) {
            hold();
            var n = answer.read(buffer);
            ended = n < 0;
            coming += Math.max(n, 0);
            waiting.addAll(ended ? List.of() : parser.feed(buffer, 0, n));
        }
        return Optional.ofNullable(waiting.poll());
    }

    /// Holds the bytes of one long event if the events pass on, and of all events if they are kept.
    private void hold() throws UpstreamException {
        var needed = ByteBudget.COPIES * (kept + coming);
        if (needed > Math.max(held, LITTLE)) {
            held = needed;
            answer.hold(held);
        } else if (kept == 0 && coming == 0 && held > 0) {
            held = 0;
            answer.settle(0);
        }
    }

    /// Whether another event is already here, so that [#next()] need not wait.
    public boolean hasArrived() {
        return !waiting.isEmpty();
    }

    /// The events after the last complete one, which lack their blank line.
    public List<SseEvent.Received> rest() {
        return parser.end();
    }

    /// The whole stream, if nothing was consumed yet, including events that lack their blank line.
    ///
    /// @throws UpstreamException if the stream breaks off, falls silent or grows too large
    public List<SseEvent.Received> all() throws UpstreamException {
        var events = new ArrayList<SseEvent.Received>();
        for (var event = next(); event.isPresent(); event = next()) {
            events.add(event.get());
            kept += event.get().bytes().length + OBJECTS;
        }
        events.addAll(rest());
        return events;
    }
}
