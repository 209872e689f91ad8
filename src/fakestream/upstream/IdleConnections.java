package fakestream.upstream;

import fakestream.http.Token;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Tells whether a request goes out on a connection that was kept from an earlier one. The JDK's
/// client takes a kept connection wherever it has one, and does not say so; but each response names
/// its connection (`HttpResponse.connectionLabel`), so that this can follow what the client keeps.
/// Any thread may call it; the lock guards the map.
final class IdleConnections {
    /// As long as the client keeps a connection, which it drops up to some seconds late.
    private static final long KEPT = TimeUnit.SECONDS.toNanos(
            2 + Integer.getInteger("jdk.httpclient.keepalive.timeout", 30));

    private static final long MOMENT = TimeUnit.SECONDS.toNanos(1);

    private final ReentrantLock lock = new ReentrantLock();
    /// By host and port, and then by label. The last is the one that the client takes next. The
    /// oldest is the first, but for those that another one was taken for.
    private final Map<String, SequencedMap<String, Idle>> idle = new HashMap<>();

    /// A kept connection.
    ///
    /// @param since when its last answer ended, by `System.nanoTime`
    record Idle(String label, long since) {
        /// Whether it was idle for so long by then.
        private boolean isOlderThan(long nanos, long then) {
            return then - since > nanos;
        }
    }

    /// A request is sent. Whichever kept connection it takes, there is one less.
    ///
    /// @return the connection that was taken, most likely; empty for a new connection
    Optional<Idle> take(URI target) {
        lock.lock();
        try {
            var kept = kept(target);
            var now = System.nanoTime();
            while (!kept.isEmpty() && kept.firstEntry().getValue().isOlderThan(KEPT, now)) {
                kept.pollFirstEntry();
            }
            var last = kept.pollLastEntry();
            while (last != null && last.getValue().isOlderThan(KEPT, now)) {
                last = kept.pollLastEntry();
            }
            return Optional.ofNullable(last).map(Map.Entry::getValue);
        } finally {
            lock.unlock();
        }
    }

    /// The response to that request names its connection. Where it is another one, the one that was
    /// thought to be taken is still kept. Where it is a new one, the client had none to take when
    /// the request was sent, but for those whose answer had only just ended: the client keeps them
    /// a moment later.
    ///
    /// @param sent when that was, by `System.nanoTime`
    void uses(Optional<Idle> taken, HttpResponse<?> response, long sent) {
        var label = response.connectionLabel().orElse("");
        if (taken.isEmpty() || taken.get().label.equals(label)) {
            return;
        }
        lock.lock();
        try {
            var kept = kept(response.uri());
            kept.putFirst(taken.get().label, taken.get());
            if (kept.remove(label) == null) {
                kept.values().removeIf(idle -> idle.isOlderThan(MOMENT, sent));
            }
        } finally {
            lock.unlock();
        }
    }

    /// A response was read to its end, and its connection may carry another request.
    void keep(HttpResponse<?> response) {
        if (!mayCarryAnother(response.headers())) {
            return;
        }
        lock.lock();
        try {
            response.connectionLabel().ifPresent(label ->
                    kept(response.uri()).putLast(label, new Idle(label, System.nanoTime())));
        } finally {
            lock.unlock();
        }
    }

    /// Whether the body ends before its connection does, and that goes on behind it.
    private static boolean mayCarryAnother(HttpHeaders headers) {
        return !Token.isListed("close", headers.allValues("connection"))
                && (!headers.allValues("content-length").isEmpty()
                || !headers.allValues("transfer-encoding").isEmpty());
    }

    private SequencedMap<String, Idle> kept(URI target) {
        return idle.computeIfAbsent(target.getRawAuthority(), _ -> new LinkedHashMap<>());
    }
}
