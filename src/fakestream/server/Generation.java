package fakestream.server;

import com.sun.net.httpserver.HttpExchange;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.connections.ConnectionLimiter;
import fakestream.connections.DisconnectWatcher;
import fakestream.connections.WriteTimeouts;
import fakestream.http.ClientExchange;
import fakestream.http.Cors;
import fakestream.http.RequestId;
import fakestream.http.RequestValidator;
import fakestream.http.ServerState;
import fakestream.upstream.Upstream;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The request pipeline of one configuration. It counts its open requests; once retired it takes no
/// more, and closes after its last one.
final class Generation {
    private final Router router;
    private final Upstream upstream;
    private final Supplier<String> requestIds;
    private final DisconnectWatcher disconnects;
    private final ServerState serverState;
    private final ConnectionLimiter connections;
    private final boolean trustsProxy;
    private final Duration readTimeout;
    private final RequestValidator rules;
    private final Cors cors;
    private final WriteTimeouts writeTimeouts;
    /// Guards the count.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private int open;
    private boolean retired;

    /// @param upstream closes with it
    /// @param requestIds makes ids for requests that bring none
    Generation(Config config, Router router, Upstream upstream, Supplier<String> requestIds,
            DisconnectWatcher disconnects, ServerState serverState, ConnectionLimiter connections,
            ScheduledExecutorService timer) {
        this.router = router;
        this.upstream = upstream;
        this.requestIds = requestIds;
        this.disconnects = disconnects;
        this.serverState = serverState;
        this.connections = connections;
        this.trustsProxy = config.get(Setting.TRUST_PROXY);
        this.readTimeout = config.get(Setting.CLIENT_READ_TIMEOUT_MS);
        this.rules = new RequestValidator(config);
        this.cors = new Cors(config);
        this.writeTimeouts = new WriteTimeouts(config.get(Setting.CLIENT_WRITE_TIMEOUT_MS), timer);
    }

    RequestValidator rules() {
        return rules;
    }

    Cors cors() {
        return cors;
    }

    Router router() {
        return router;
    }

    /// The client of an exchange.
    ClientExchange client(HttpExchange exchange) {
        return new ClientExchange(exchange, RequestId.of(exchange.getRequestHeaders(), requestIds),
                trustsProxy, readTimeout, writeTimeouts, disconnects, serverState, connections);
    }

    /// How long a client may take for the head of a request, or for the next byte of its body.
    Duration readTimeout() {
        return readTimeout;
    }

    Upstream upstream() {
        return upstream;
    }

    /// Counts one more request; [#leave()] must follow.
    ///
    /// @return false if this has been retired
    boolean enter() {
        lock.lock();
        try {
            open += retired ? 0 : 1;
            return !retired;
        } finally {
            lock.unlock();
        }
    }

    /// Notes that a request is over.
    void leave() {
        lock.lock();
        try {
            open--;
            if (open == 0) {
                idle.signalAll();
                closeIfOver();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Takes no more requests, and closes after the last one.
    void retire() {
        lock.lock();
        try {
            retired = true;
            closeIfOver();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until it serves no request.
    ///
    /// @param until by `System.nanoTime`
    /// @return false if it still serves one then
    boolean awaitIdle(long until) throws InterruptedException {
        lock.lock();
        try {
            while (open > 0) {
                if (!idle.await(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return open == 0;
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// How many requests it serves now.
    int open() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }

    /// Whether it is retired and serves no request.
    boolean isOver() {
        lock.lock();
        try {
            return retired && open == 0;
        } finally {
            lock.unlock();
        }
    }

    /// Closes at once, and ends its calls.
    void close() {
        upstream.close();
        writeTimeouts.close();
    }

    private void closeIfOver() {
        if (isOver()) {
            close();
        }
    }
}
