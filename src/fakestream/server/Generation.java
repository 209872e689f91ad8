package fakestream.server;

import fakestream.concurrent.Guard;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.connections.WriteTimeouts;
import fakestream.http.Cors;
import fakestream.http.RequestValidator;
import fakestream.upstream.Upstream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.Condition;
import java.util.stream.Stream;

/// The request pipeline of one configuration. It counts its open requests; once retired it takes no
/// more, and closes after its last one.
final class Generation {
    final Router router;
    final Upstream upstream;
    final RequestValidator rules;
    final Cors cors;
    final boolean trustsProxy;
    /// The segments of the path that a proxy in front may leave before ours.
    final List<String> basePath;
    /// How long a client may take for the head of a request, or for the next byte of its body.
    final Duration readTimeout;
    final WriteTimeouts writeTimeouts;
    /// Guards changes of the count.
    private final Guard guard = new Guard();
    private final Condition idle = guard.newCondition();
    private volatile int open;
    private volatile boolean retired;

    /// @param upstream closes with it
    Generation(Config config, Router router, Upstream upstream, ScheduledExecutorService timer) {
        this.router = router;
        this.upstream = upstream;
        this.rules = new RequestValidator(config);
        this.cors = new Cors(config);
        this.trustsProxy = config.get(Setting.TRUST_PROXY);
        this.basePath = Stream.of(config.get(Setting.BASE_PATH).split("/"))
                .filter(segment -> !segment.isEmpty()).toList();
        this.readTimeout = config.get(Setting.CLIENT_READ_TIMEOUT_MS);
        this.writeTimeouts = new WriteTimeouts(config.get(Setting.CLIENT_WRITE_TIMEOUT_MS), timer);
    }

    /// Counts one more request; [#leave()] must follow.
    ///
    /// @return false if this has been retired
    boolean enter() {
        return guard.get(() -> {
            open += retired ? 0 : 1;
            return !retired;
        });
    }

    /// Notes that a request is over.
    void leave() {
        guard.run(() -> {
            open--;
            if (open == 0) {
                idle.signalAll();
                closeIfOver();
            }
        });
    }

    /// Takes no more requests, and closes after the last one.
    void retire() {
        guard.run(() -> {
            retired = true;
            closeIfOver();
        });
    }

    /// Waits until it serves no request.
    ///
    /// @param until by `System.nanoTime`
    /// @return false if it still serves one then
    boolean awaitIdle(long until) throws InterruptedException {
        return guard.get(() -> {
            var left = until - System.nanoTime();
            while (open > 0 && left > 0) {
                left = idle.awaitNanos(left);
            }
            return open == 0;
        });
    }

    /// How many requests it serves now.
    int open() {
        return open;
    }

    /// Whether it is retired and serves no request. Both stay so.
    boolean isOver() {
        return retired && open == 0;
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
