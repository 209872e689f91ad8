package fakestream.server;

import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Cuts clients that do not send the whole head of a request in time, from its first byte on. The
/// JDK's server reads the head on the thread that then calls the handler, and has one bound of its
/// own (`sun.net.httpserver.maxReqTime`), which the body counts against too. So this one begins
/// when the thread does, and ends with the call of the handler. A sweep on the timer interrupts a
/// thread that is late, which closes its channel; no answer is possible before there is a request.
final class HeadTimeout implements Executor {
    private static final long PERIOD_SECONDS = 1;

    /// By the threads that read a head, when each is late, by `System.nanoTime`. A thread and its
    /// time are removed by the sweep that interrupts it or by the handler, never by both.
    private final Map<Thread, Long> deadlines = new ConcurrentHashMap<>();
    private final Supplier<Duration> timeout;
    private final Executor executor;
    private final Log log;

    /// @param timeout for a head that begins now
    /// @param executor has a thread of its own for each task
    HeadTimeout(Supplier<Duration> timeout, ScheduledExecutorService timer, Executor executor,
            Log log) {
        this.timeout = timeout;
        this.executor = executor;
        this.log = log;
        timer.scheduleWithFixedDelay(this::sweep, PERIOD_SECONDS, PERIOD_SECONDS,
                TimeUnit.SECONDS);
    }

    /// Runs an exchange of the JDK's server.
    @Override
    public void execute(Runnable exchange) {
        executor.execute(() -> {
            var reader = Thread.currentThread();
            deadlines.put(reader, System.nanoTime() + timeout.get().toNanos());
            try {
                exchange.run();
            } finally {
                deadlines.remove(reader);
            }
        });
    }

    /// The handler, for heads that came in time.
    HttpHandler endingBefore(HttpHandler handler) {
        return exchange -> {
            if (deadlines.remove(Thread.currentThread()) == null) {
                throw new IOException("the head came too late, and the connection is cut");
            }
            handler.handle(exchange);
        };
    }

    private void sweep() {
        var now = System.nanoTime();
        deadlines.forEach((reader, deadline) -> {
            if (now - deadline > 0 && deadlines.remove(reader, deadline)) {
                reader.interrupt();
                log.debug("a client was cut, because the head of its request did not come in time "
                        + "(CLIENT_READ_TIMEOUT_MS)");
            }
        });
    }
}
