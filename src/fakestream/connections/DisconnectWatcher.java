package fakestream.connections;

import fakestream.connections.ProcNetTcp.Connection;
import fakestream.connections.ProcNetTcp.State;
import fakestream.telemetry.Log;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/// Notices clients that leave while nothing is written to them. The JDK's server does not tell, but
/// Linux shows in its tables which connections the other side has closed; so while any client
/// waits, they are read each second. Elsewhere this does nothing, and the next write tells.
///
/// A connection that the client has reset stands there no more. As a table may leave a line out
/// that comes or goes while it is read, a client has left when it is missing from two readings in
/// a row; and nobody is ever missed before the tables have shown a first client.
///
/// A client that closes only its own half, to read on, counts as one that left (nginx's
/// `proxy_ignore_client_abort off`): the table shows no difference.
public final class DisconnectWatcher {
    private static final List<String> TABLES = List.of("/proc/net/tcp", "/proc/net/tcp6");
    private static final long PERIOD_SECONDS = 1;

    private final Map<Connection, Watch> waiting = new ConcurrentHashMap<>();
    private final ProcNetTcp table = new ProcNetTcp(ByteOrder.nativeOrder());
    private final AtomicBoolean scanning = new AtomicBoolean();
    private final AtomicBoolean failed = new AtomicBoolean();
    private final List<String> tables;
    private final Executor executor;
    private final Log log;
    /// Of the one socket that listens, known from its first client.
    private volatile int port;
    /// Read and written by the one scan that is under way.
    private boolean shown;

    /// @param timer only hands over to the executor, on which the tables are read
    public DisconnectWatcher(ScheduledExecutorService timer, Executor executor, Log log) {
        this(TABLES, timer, executor, log);
    }

    /// @param tables the files to read, those of them that there are
    public DisconnectWatcher(List<String> tables, ScheduledExecutorService timer, Executor executor,
            Log log) {
        this.tables = tables.stream().filter(file -> Files.isReadable(Path.of(file))).toList();
        this.executor = executor;
        this.log = log;
        if (this.tables.isEmpty()) {
            log.debug("a client that leaves is noticed at the next write only: there is no "
                    + tables.getFirst() + " to read");
        } else {
            timer.scheduleWithFixedDelay(this::scanIfAnyWaits, PERIOD_SECONDS, PERIOD_SECONDS,
                    TimeUnit.SECONDS);
        }
    }

    /// The presence of one client, which is not watched before [Watch#onLeaving].
    public Watch watch(InetSocketAddress local, InetSocketAddress remote) {
        return new Watch(new Connection(local, remote));
    }

    /// Runs on the timer. A scan that is still under way is not overtaken.
    private void scanIfAnyWaits() {
        if (!waiting.isEmpty() && scanning.compareAndSet(false, true)) {
            executor.execute(this::scan);
        }
    }

    /// Runs on a virtual thread of its own; what is done about a client runs on another.
    private void scan() {
        try {
            var missing = missing(Map.copyOf(waiting));
            if (!missing.isEmpty()) {
                missing(missing).values().forEach(this::left);
            }
        } catch (IOException e) {
            // It may pass, as when no file can be opened, and is said once.
            if (failed.compareAndSet(false, true)) {
                log.debug("a client that leaves is noticed at the next write only: " + e);
            }
        } finally {
            scanning.set(false);
        }
    }

    /// Those of the clients whose connections the tables do not show. Those whose connections they
    /// show as closed have left.
    private Map<Connection, Watch> missing(Map<Connection, Watch> clients) throws IOException {
        var missing = new HashMap<>(clients);
        for (var file : tables) {
            try (var in = new FileInputStream(file)) {
                table.read(in, port, (connection, state) -> {
                    shown |= missing.remove(connection) != null;
                    if (state == State.LEFT && clients.containsKey(connection)) {
                        left(clients.get(connection));
                    }
                });
            }
        }
        return shown ? missing : Map.of();
    }

    /// By now another may wait whose connection has the same addresses, of which the tables told
    /// nothing: where there are tens of thousands of lines, they are read for a second and more.
    private void left(Watch watch) {
        if (waiting.get(watch.connection) == watch) {
            executor.execute(watch::left);
        }
    }

    /// Whether one client is still there. Found out by a scan or by a write, whichever is first;
    /// any thread may ask and tell.
    public final class Watch implements AutoCloseable {
        private final Connection connection;
        private final AtomicReference<Runnable> action = new AtomicReference<>();
        private volatile boolean left;

        private Watch(Connection connection) {
            this.connection = connection;
        }

        /// Watches from now on.
        ///
        /// @param action runs once, on any thread, when the client is gone
        public void onLeaving(Runnable action) {
            this.action.set(action);
            port = port == 0 ? connection.local().getPort() : port;
            waiting.put(connection, this);
        }

        /// The client is gone.
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

        /// Watches no more. The connection may have its next request by now, with a watch of its
        /// own.
        @Override
        public void close() {
            waiting.remove(connection, this);
        }
    }
}
