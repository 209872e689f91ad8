package fakestream.server;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Has the whole heap collected while nobody waits, where it has grown since the last time. Serial,
/// which suits a small daemon, would else let it grow to a quarter of the machine's memory before
/// it looks at what has grown old: JDK 25 takes what the heap could still get from the system for
/// free (`TenuredGeneration::promotion_attempt_is_safe`). Never while a request is open, for then
/// each stream would stand still for as long as it takes, half a second where thousands are held.
final class HeapGrowth {
    private static final Duration PERIOD = Duration.ofSeconds(5);

    /// Growth by less is not worth the work, in bytes.
    private static final long LITTLE = 32 * 1024 * 1024;

    private final BooleanSupplier idle;
    private final LongSupplier size;
    private final Runnable collection;
    private final ReentrantLock lock = new ReentrantLock();
    private long left;

    /// @param idle whether nobody waits
    /// @param size of the heap in bytes, garbage and room for more included
    /// @param collection takes its time, and makes the heap as small as it can be
    HeapGrowth(BooleanSupplier idle, LongSupplier size, Runnable collection) {
        this.idle = idle;
        this.size = size;
        this.collection = collection;
        this.left = size.getAsLong();
    }

    /// Looks every now and then, as long as the timer runs.
    ///
    /// @param timer only hands over to the executor: some collectors let others run meanwhile
    static void watch(BooleanSupplier idle, ScheduledExecutorService timer, Executor executor) {
        var growth = new HeapGrowth(idle, Runtime.getRuntime()::totalMemory, System::gc);
        timer.scheduleWithFixedDelay(() -> executor.execute(growth::look), PERIOD.toMillis(),
                PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Collects where it is time; not where another thread is at it.
    void look() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (size.getAsLong() > left + LITTLE && idle.getAsBoolean()) {
                collection.run();
                left = size.getAsLong();
            }
        } finally {
            lock.unlock();
        }
    }
}
