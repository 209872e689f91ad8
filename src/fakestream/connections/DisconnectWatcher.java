package fakestream.connections;

import fakestream.connections.ProcNetTcp.Connection;
import fakestream.connections.ProcNetTcp.State;
import fakestream.telemetry.Log;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;

/// Notices clients that leave while nothing is written to them. The JDK's server does not report
/// this, but Linux shows in its tables which connections the other side has closed; they are read
/// each second while any client waits. On other systems, only the next write notices it.
///
/// A connection that the client has reset disappears from the tables. A table may also omit a line
/// that comes or goes during the reading. So a client has left if it is missing from two readings
/// in a row; no client counts as missing before the tables have shown a first one.
///
/// A client that closes only its own half, to read on, counts as gone (nginx's
/// `proxy_ignore_client_abort off`): the table shows no difference.
public final class DisconnectWatcher {
    private final Map<Connection, Watch> waiting = new ConcurrentHashMap<>();
    private final ProcNetTcp tables;
    private final Executor executor;
    private final Log log;
    /// The port of the one listening socket, known from its first client.
    private volatile int port;
    /// Whether the tables have ever shown a client; used only by the one scan that is under way.
    private boolean shown;
    /// Whether a scan has ever failed; used likewise.
    private boolean failed;

    /// @param timer only hands over to the executor, which reads the tables
    public DisconnectWatcher(ScheduledExecutorService timer, Executor executor, Log log) {
        this(ProcNetTcp.FILES, timer, executor, log);
    }

    /// @param files the tables; missing ones are skipped
    public DisconnectWatcher(List<String> files, ScheduledExecutorService timer, Executor executor,
            Log log) {
        this.tables = ProcNetTcp.readable(files);
        this.executor = executor;
        this.log = log;
        if (tables.files().isEmpty()) {
            log.debug("a client that leaves is noticed at the next write only: there is no "
                    + files.getFirst() + " to read");
        } else {
            ProcNetTcp.eachSecond(timer, executor, () -> !waiting.isEmpty(), this::scan);
        }
    }

    /// A watch for one client; it watches nothing before [Watch#onLeaving].
    public Watch watch(InetSocketAddress local, InetSocketAddress remote) {
        return new Watch(new Connection(local, remote));
    }

    /// Runs on a virtual thread of its own; the actions for clients that left run on others.
    private void scan() {
        try {
            var missing = missing(Map.copyOf(waiting));
            if (!missing.isEmpty()) {
                missing(missing).values().forEach(this::left);
            }
        } catch (IOException e) {
            // The error may pass, as when no file can be opened, so it is logged once.
            if (!failed) {
                failed = true;
                log.debug("a client that leaves is noticed at the next write only: " + e);
            }
        }
    }

    /// The clients whose connections the tables do not show. Clients whose connections are shown as
    /// closed are marked as left.
    private Map<Connection, Watch> missing(Map<Connection, Watch> clients) throws IOException {
        var missing = new HashMap<>(clients);
        tables.read(port, (connection, state) -> {
            shown |= missing.remove(connection) != null;
            if (state == State.LEFT && clients.containsKey(connection)) {
                left(clients.get(connection));
            }
        });
        return shown ? missing : Map.of();
    }

    /// A new client with the same addresses may wait by now, unknown to the tables: reading tens of
    /// thousands of lines takes a second and more.
    private void left(Watch watch) {
        if (waiting.get(watch.connection) == watch) {
            executor.execute(watch::left);
        }
    }

    /// Tells whether one client is still there. The first scan or write to notice marks it as left;
    /// any thread may ask and tell.
    public final class Watch implements AutoCloseable {
        private final Connection connection;
        private final AtomicReference<Runnable> action = new AtomicReference<>();
        private volatile boolean left;

        private Watch(Connection connection) {
            this.connection = connection;
        }

        /// Starts to watch.
        ///
        /// @param action runs once, on any thread, when the client is gone
        public void onLeaving(Runnable action) {
            this.action.set(action);
            port = port == 0 ? connection.local().getPort() : port;
            waiting.put(connection, this);
        }

        /// Marks the client as gone and runs the action.
        public void left() {
            left = true;
            close();
            var once = action.getAndSet(null);
            if (once != null) {
                once.run();
            }
        }

        /// Whether the client is known to be gone.
        public boolean hasLeft() {
            return left;
        }

        /// Stops watching. The connection may already have its next request, with a watch of its
        /// own.
        @Override
        public void close() {
            waiting.remove(connection, this);
        }
    }
}
