package fakestream.connections;

import com.sun.net.httpserver.HttpHandler;
import fakestream.telemetry.Log;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Limits the clients whose head or refused body is still coming. Only so many wait at once, and
/// each has limited time. A new client cuts the one that has waited longest: an honest client sends
/// its head in one piece, and no longer waits when the next one comes.
///
/// The JDK's server reads a head on the thread that then calls the handler. Its own time limit
/// (`sun.net.httpserver.maxReqTime`) counts the body too, and it does not show how many bytes have
/// come. So a head has one deadline, and its length is limited
/// (`sun.net.httpserver.maxReqHeaderSize`). An interrupt of its thread cuts a client, because it
/// closes the channel; no response is possible before there is a request.
public final class PendingClients implements Executor {
    /// Bytes of heap for an incomplete head of 40,960 bytes. Measured: 30 KB for a short head, 112
    /// KB for one long field, 180 KB for a long target and a long field. Each exists twice: as
    /// text, and in the array or buffer that it was read into, whose size had doubled.
    static final long HEAP_OF_HEAD = 192 * 1024;

    /// Complete heads that wait only for a processor.
    private static final int MOST_READY = 64;

    private static final long LONGEST_WAIT_SECONDS = 1;
    private static final long PERIOD_SECONDS = 1;

    /// Guards the waiting threads, each with its start time, the oldest first. It also prevents an
    /// interrupt of a thread that no longer waits.
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Thread, Long> waiting = new LinkedHashMap<>();
    /// Permits for heads that have not begun, are incomplete, or were cut but have not ended.
    private final Semaphore room;
    /// The threads that took a permit.
    private final Set<Thread> heads = ConcurrentHashMap.newKeySet();
    private final AtomicLong pushedOut = new AtomicLong();
    private final int most;
    private final Supplier<Duration> patience;
    private final Executor executor;
    private final Log log;

    /// @param most clients that may wait at once
    /// @param patience how long each may take
    /// @param executor has a thread of its own for each task
    PendingClients(int most, Supplier<Duration> patience, ScheduledExecutorService timer,
            Executor executor, Log log) {
        this.most = most;
        this.room = new Semaphore(most + MOST_READY);
        this.patience = patience;
        this.executor = executor;
        this.log = log;
        timer.scheduleWithFixedDelay(this::sweep, PERIOD_SECONDS, PERIOD_SECONDS,
                TimeUnit.SECONDS);
    }

    /// As many clients as a sixteenth of the heap and a quarter of the connections allow.
    static int most(long heap, int connections) {
        return Math.clamp(heap / 16 / HEAP_OF_HEAD, 2, Math.max(connections / 4, 2));
    }

    /// How many clients may wait at once.
    int most() {
        return most;
    }

    /// How many clients were cut by newer ones since the last call.
    long pushedOut() {
        return pushedOut.getAndSet(0);
    }

    /// Runs an exchange of the JDK's server, which begins with a head. The one thread that also
    /// accepts connections calls it, and waits here while too many heads wait for a processor.
    /// Meanwhile the next connections stay in the kernel's queue, and are not closed for lack of
    /// room. No head needs that thread to go on or to end.
    @Override
    public void execute(Runnable exchange) {
        var hasRoom = awaitRoom();
        try {
            executor.execute(() -> run(exchange, hasRoom));
        } catch (RuntimeException e) {
            room.release(hasRoom ? 1 : 0);
            throw e;
        }
    }

    private boolean awaitRoom() {
        try {
            return room.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run(Runnable exchange, boolean hasRoom) {
        begin();
        if (hasRoom) {
            heads.add(Thread.currentThread());
        }
        try {
            exchange.run();
        } finally {
            end();
            giveRoom();
        }
    }

    /// Wraps the handler, so that it only gets heads that came in time.
    public HttpHandler endingBefore(HttpHandler handler) {
        return exchange -> {
            if (!end()) {
                throw new IOException("the head came too late, and the connection is cut");
            }
            giveRoom();
            handler.handle(exchange);
        };
    }

    private void giveRoom() {
        if (heads.remove(Thread.currentThread())) {
            room.release();
        }
    }

    /// This thread begins to wait for its client, and cuts the oldest one if too many wait.
    public void begin() {
        lock.lock();
        try {
            if (waiting.size() >= most) {
                var oldest = waiting.pollFirstEntry();
                oldest.getKey().interrupt();
                pushedOut.incrementAndGet();
            }
            waiting.putLast(Thread.currentThread(), System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /// This thread stops waiting.
    ///
    /// @return false if its client was cut before
    public boolean end() {
        lock.lock();
        try {
            return waiting.remove(Thread.currentThread()) != null;
        } finally {
            lock.unlock();
        }
    }

    private void sweep() {
        lock.lock();
        try {
            if (waiting.isEmpty()) {
                return;
            }
            var latest = System.nanoTime() - patience.get().toNanos();
            for (var oldest = waiting.firstEntry();
                    oldest != null && latest - oldest.getValue() > 0;
                    oldest = waiting.firstEntry()) {
                waiting.pollFirstEntry().getKey().interrupt();
                log.debug("a client was cut, because the head of its request did not come in time "
                        + "(CLIENT_READ_TIMEOUT_MS)");
            }
        } finally {
            lock.unlock();
        }
    }
}
