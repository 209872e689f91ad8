package fakestream.server;

import fakestream.concurrent.Guard;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Collects the whole heap while no request is open, if it has grown since the last time. Serial,
/// which suits a small daemon, would otherwise let it grow to a quarter of the machine's memory
/// before it looks at old objects: JDK 25 counts memory that the heap could still get from the
/// system as free (`TenuredGeneration::promotion_attempt_is_safe`). While a request is open this
/// would halt each stream, for half a second if thousands are held.
final class HeapGrowth {
    private static final int PERIOD_SECONDS = 5;

    /// Bytes; less growth is not worth the work.
    private static final long LITTLE = 32 * 1024 * 1024;

    private final BooleanSupplier idle;
    private final LongSupplier size;
    private final Runnable collection;
    private final Guard guard = new Guard();
    private long left;

    /// @param idle whether no request is open
    /// @param size the heap in bytes, including garbage and room for more
    /// @param collection takes its time, and makes the heap as small as possible
    HeapGrowth(BooleanSupplier idle, LongSupplier size, Runnable collection) {
        this.idle = idle;
        this.size = size;
        this.collection = collection;
        this.left = size.getAsLong();
    }

    /// Looks every `PERIOD_SECONDS`, as long as the timer runs.
    ///
    /// @param timer only hands over to the executor: some collectors let others run meanwhile
    static void watch(BooleanSupplier idle, ScheduledExecutorService timer, Executor executor) {
        var growth = new HeapGrowth(idle, Runtime.getRuntime()::totalMemory, System::gc);
        timer.scheduleWithFixedDelay(() -> executor.execute(growth::look), PERIOD_SECONDS,
                PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    /// Collects if it is time, unless another thread does.
    void look() {
        if (!guard.tryLock()) {
            return;
        }
        try {
            if (size.getAsLong() > left + LITTLE && idle.getAsBoolean()) {
                collection.run();
                left = size.getAsLong();
            }
        } finally {
            guard.unlock();
        }
    }
}
