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

/// Bounds the clients whose head is still coming, and those whose refused body is. Only so many
/// wait at once, and each has limited time. A new one cuts the one that has waited longest: an
/// honest client sends its head in one piece, and no longer waits when the next one comes.
///
/// The JDK's server reads a head on the thread that then calls the handler. Its own bound
/// (`sun.net.httpserver.maxReqTime`) counts the body too, and it shows nobody how many bytes have
/// come: so a head has one time, whose length is bounded (`sun.net.httpserver.maxReqHeaderSize`).
/// To cut a client is to interrupt its thread, which closes its channel; no answer is possible
/// before there is a request.
public final class PendingClients implements Executor {
    /// Bytes of heap for a head of 40,960 bytes that is not whole. Measured: 30 KB for a short one,
    /// 112 KB for one long field, 180 KB for a long target and a long field, each of which stands
    /// there as text and as the array or buffer that it was read into, and which had doubled.
    static final long HEAP_OF_HEAD = 192 * 1024;

    /// Heads that have come whole, and wait only for a processor.
    private static final int MOST_READY = 64;

    private static final long LONGEST_WAIT_SECONDS = 1;
    private static final long PERIOD_SECONDS = 1;

    /// Guards the threads that wait, each with the time since when, the oldest first; and an
    /// interrupt reaches nobody who no longer waits.
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Thread, Long> waiting = new LinkedHashMap<>();
    /// For the heads that have not begun, are not whole, or have not ended since they were cut.
    private final Semaphore room;
    /// The threads of those that took room.
    private final Set<Thread> heads = ConcurrentHashMap.newKeySet();
    private final AtomicLong pushedOut = new AtomicLong();
    private final int most;
    private final Supplier<Duration> patience;
    private final Executor executor;
    private final Log log;

    /// @param most of them at once
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

    /// As many as a sixteenth of the heap and a quarter of the connections allow.
    static int most(long heap, int connections) {
        return Math.clamp(heap / 16 / HEAP_OF_HEAD, 2, Math.max(connections / 4, 2));
    }

    /// How many may wait at once.
    int most() {
        return most;
    }

    /// How many clients newer ones have cut since the last call.
    long pushedOut() {
        return pushedOut.getAndSet(0);
    }

    /// Runs an exchange of the JDK's server, which begins with a head. It is called on the one
    /// thread that also accepts connections, which waits here while too many heads wait for a
    /// processor: until then the next connections stand in the kernel's queue, and are not closed
    /// for want of room. No head needs that thread to go on or to end.
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

    /// The handler, for heads that came in time.
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

    /// This thread begins to wait for its client, and cuts the oldest where too many wait.
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

    /// This thread waits no more.
    ///
    /// @return false where its client was cut before
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
