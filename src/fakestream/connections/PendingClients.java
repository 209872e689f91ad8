package fakestream.connections;

import fakestream.concurrent.Guard;
import fakestream.telemetry.Log;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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
    private static final long HEAP_OF_HEAD = 192 * 1024;

    /// Complete heads that wait only for a processor.
    private static final int MOST_READY = 64;

    private static final long LONGEST_WAIT_SECONDS = 1;
    private static final long PERIOD_SECONDS = 1;

    /// The waiting threads, each with its start time, the oldest first. The guard protects them,
    /// and prevents an interrupt of a thread that no longer waits.
    private final Guard guard = new Guard();
    private final LinkedHashMap<Thread, Long> waiting = new LinkedHashMap<>();
    private long pushedOut;
    /// Permits for heads that have not begun, are incomplete, or were cut but have not ended.
    private final Semaphore room;
    /// The threads that took a permit.
    private final Set<Thread> heads = ConcurrentHashMap.newKeySet();
    private final int most;
    private final Supplier<Duration> patience;
    private final Executor executor;
    private final Log log;

    /// As many clients may wait as a sixteenth of the heap and a quarter of the connections allow.
    ///
    /// @param connections that there may be
    /// @param patience how long each client may take
    /// @param executor has a thread of its own for each task, and takes tasks as long as the JDK's
    ///     server does
    PendingClients(int connections, Supplier<Duration> patience, ScheduledExecutorService timer,
            Executor executor, Log log) {
        this.most = Math.clamp(Runtime.getRuntime().maxMemory() / 16 / HEAP_OF_HEAD, 2,
                Math.max(connections / 4, 2));
        this.room = new Semaphore(most + MOST_READY);
        this.patience = patience;
        this.executor = executor;
        this.log = log;
        timer.scheduleWithFixedDelay(this::sweep, PERIOD_SECONDS, PERIOD_SECONDS,
                TimeUnit.SECONDS);
    }

    /// How many clients may wait at once.
    int most() {
        return most;
    }

    /// How many clients were cut by newer ones since the last call.
    long pushedOut() {
        return guard.get(() -> {
            var count = pushedOut;
            pushedOut = 0;
            return count;
        });
    }

    /// Runs an exchange of the JDK's server, which begins with a head. The one thread that also
    /// accepts connections calls it, and waits here while too many heads wait for a processor.
    /// Meanwhile the next connections stay in the kernel's queue, and are not closed for lack of
    /// room. No head needs that thread to go on or to end.
    @Override
    public void execute(Runnable exchange) {
        var hasRoom = awaitRoom();
        executor.execute(() -> {
            begin();
            if (hasRoom) {
                heads.add(Thread.currentThread());
            }
            try {
                exchange.run();
            } finally {
                end();
            }
        });
    }

    private boolean awaitRoom() {
        try {
            return room.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// This thread begins to wait for its client, and cuts the oldest one if too many wait.
    public void begin() {
        guard.run(() -> {
            if (waiting.size() >= most) {
                waiting.pollFirstEntry().getKey().interrupt();
                pushedOut++;
            }
            waiting.putLast(Thread.currentThread(), System.nanoTime());
        });
    }

    /// This thread stops waiting, and gives back the permit that it took for a head.
    ///
    /// @return false if its client was cut before
    public boolean end() {
        return guard.get(() -> {
            if (heads.remove(Thread.currentThread())) {
                room.release();
            }
            return waiting.remove(Thread.currentThread()) != null;
        });
    }

    private void sweep() {
        guard.run(() -> {
            if (waiting.isEmpty()) {
                return;
            }
            var latest = System.nanoTime() - patience.get().toNanos();
            while (!waiting.isEmpty() && latest - waiting.firstEntry().getValue() > 0) {
                waiting.pollFirstEntry().getKey().interrupt();
                log.debug("a client was cut, because the head of its request did not come in time "
                        + "(CLIENT_READ_TIMEOUT_MS)");
            }
        });
    }
}
