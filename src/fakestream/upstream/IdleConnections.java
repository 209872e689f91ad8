package fakestream.upstream;

import fakestream.http.HttpToken;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;

/// Tells whether a request goes out on a connection kept from an earlier one. The JDK's client uses
/// a kept connection whenever it has one, and does not say so. But each response names its
/// connection (`HttpResponse.connectionLabel`), so this class can follow what the client keeps. Any
/// thread may call it; its monitor guards the map.
final class IdleConnections {
    /// How long the client keeps a connection; it drops one up to some seconds late.
    private static final long KEPT = TimeUnit.SECONDS.toNanos(
            2 + Integer.getInteger("jdk.httpclient.keepalive.timeout", 30));

    private static final long MOMENT = TimeUnit.SECONDS.toNanos(1);

    /// By host and port, then by label. The client takes the last one next. The first is the
    /// oldest, except after a wrong guess, which goes back in front.
    private final Map<String, SequencedMap<String, Idle>> idle = new HashMap<>();

    /// A kept connection.
    ///
    /// @param since when its last answer ended, by `System.nanoTime`
    record Idle(String label, long since) {
        /// Whether it was idle for longer than this, at that time.
        private boolean isOlderThan(long nanos, long then) {
            return then - since > nanos;
        }
    }

    /// Notes that a request is sent: whichever kept connection it takes, one fewer is left.
    ///
    /// @return the connection that was most likely taken; empty for a new connection
    synchronized Optional<Idle> take(URI target) {
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
    }

    /// Corrects the guess of [#take(URI)]: the response names its connection. If that is another
    /// one, the guessed one is still kept. If it is a new one, the client had no kept connection
    /// when the request was sent, except those whose answer had only just ended: the client keeps
    /// them a moment later.
    ///
    /// @param sent when the request was sent, by `System.nanoTime`
    synchronized void uses(Optional<Idle> taken, HttpResponse<?> response, long sent) {
        var label = response.connectionLabel().orElse("");
        if (taken.isEmpty() || taken.get().label.equals(label)) {
            return;
        }
        var kept = kept(response.uri());
        kept.putFirst(taken.get().label, taken.get());
        if (kept.remove(label) == null) {
            kept.values().removeIf(idle -> idle.isOlderThan(MOMENT, sent));
        }
    }

    /// Notes that a response was read to its end, so its connection may carry another request.
    synchronized void keep(HttpResponse<?> response) {
        if (mayCarryAnother(response.headers())) {
            response.connectionLabel().ifPresent(label ->
                    kept(response.uri()).putLast(label, new Idle(label, System.nanoTime())));
        }
    }

    /// Whether the body has an end of its own, and the connection stays open after it.
    private static boolean mayCarryAnother(HttpHeaders headers) {
        return !HttpToken.isListed("close", headers.allValues("connection"))
                && (!headers.allValues("content-length").isEmpty()
                || !headers.allValues("transfer-encoding").isEmpty());
    }

    private SequencedMap<String, Idle> kept(URI target) {
        return idle.computeIfAbsent(target.getRawAuthority(), _ -> new LinkedHashMap<>());
    }
}
