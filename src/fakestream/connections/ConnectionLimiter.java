package fakestream.connections;

import fakestream.connections.ProcNetTcp.State;
import fakestream.telemetry.Log;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Counts the open connections, and makes room before they run out. At its own limit the JDK's
/// server closes new connections without a response, and no call makes it close an idle one. At
/// half of the limit, a client that has sent no right key loses its connection after its response.
/// At three quarters, every client does, and a slow client is cut after [#HURRY].
///
/// Linux lists the connections in its tables, which are read once a second while requests come;
/// connections kept since then are counted here. On other systems, only these are counted.
public final class ConnectionLimiter {
    private static final long NANOS_BETWEEN_LINES = TimeUnit.MINUTES.toNanos(1);

    /// How long a slow client may take when connections run out.
    static final Duration HURRY = Duration.ofSeconds(2);

    private final ProcNetTcp tables = ProcNetTcp.readable(ProcNetTcp.FILES);
    private final int most;
    private final int port;
    private final PendingClients pending;
    private final Log log;
    /// Whether there was a request since the last reading.
    private volatile boolean active;
    /// The connections in the tables at the last reading.
    private volatile Set<InetSocketAddress> open = Set.of();
    /// Connections kept since the last reading, which did not show them.
    private final Set<InetSocketAddress> kept = ConcurrentHashMap.newKeySet();
    /// When the last line was logged; used only by the one reading that is under way.
    private long lastLine = System.nanoTime() - NANOS_BETWEEN_LINES;

    /// @param most connections that there may be
    /// @param port of the listener
    /// @param timeout of a slow client while there is room
    /// @param timer only hands over to the executor, which reads the tables
    public ConnectionLimiter(int most, int port, Supplier<Duration> timeout,
            ScheduledExecutorService timer, Executor executor, Log log) {
        this.most = most;
        this.port = port;
        this.log = log;
        this.pending = new PendingClients(most, () -> patience(timeout.get()), timer, executor,
                log);
        ProcNetTcp.eachSecond(timer, executor, () -> active, this::read);
    }

    /// The limit on heads and refused bodies that are still coming.
    public PendingClients pending() {
        return pending;
    }

    /// Whether a connection may be kept after the response that begins now.
    ///
    /// @param known whether its client has sent a right key
    public boolean mayStay(InetSocketAddress client, boolean known) {
        active = true;
        var counted = open.contains(client) || kept.contains(client);
        var others = size() - (counted ? 1 : 0);
        var stays = others < (known ? most - most / 4 : most / 2);
        if (stays && !counted) {
            kept.add(client);
        }
        return stays;
    }

    /// How long a slow client may take.
    ///
    /// @param usual timeout while there is room
    public Duration patience(Duration usual) {
        active = true;
        return isCrowded() && usual.compareTo(HURRY) > 0 ? HURRY : usual;
    }

    private boolean isCrowded() {
        return size() >= most - most / 4;
    }

    private int size() {
        return open.size() + kept.size();
    }

    /// Runs on a virtual thread of its own.
    private void read() {
        active = false;
        var before = Set.copyOf(kept);
        try {
            var shown = new HashSet<InetSocketAddress>();
            tables.read(port, (connection, state) -> {
                if (state != State.OTHER) {
                    shown.add(connection.remote());
                }
            });
            open = shown;
            // Connections kept meanwhile may be missing from the tables, so they stay counted.
            kept.removeIf(shown::contains);
        } catch (IOException e) {
            log.debug("the connections cannot be counted: " + e);
        } finally {
            kept.removeAll(before);
            tell();
        }
    }

    /// Logs what is full, at most one line a minute.
    private void tell() {
        var now = System.nanoTime();
        if (now - lastLine < NANOS_BETWEEN_LINES) {
            return;
        }
        var pushedOut = pending.pushedOut();
        if (isCrowded()) {
            lastLine = now;
            log.warn(Math.min(size(), most) + " of " + most + " connections are taken, so slow "
                    + "clients are cut and idle ones not kept: allow more files (ulimit -n, "
                    + "LimitNOFILE) or heap (-Xmx), or let a proxy in front limit the connections "
                    + "of each address");
        } else if (pushedOut > 0) {
            lastLine = now;
            log.warn(pushedOut + " clients were cut before their requests were complete, because "
                    + "newer ones came: " + pending.most() + " may be unfinished at once, "
                    + "because they get only a part of the heap (-Xmx) and of the files "
                    + "(ulimit -n, LimitNOFILE)");
        }
    }
}
