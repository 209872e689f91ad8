package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// The moments at which the daemon collects the whole heap.
final class HeapGrowthTest {
    private static final long MEBIBYTE = 1024 * 1024;

    private final AtomicBoolean idle = new AtomicBoolean(true);
    private final AtomicLong size = new AtomicLong(30 * MEBIBYTE);
    private final AtomicLong leaves = new AtomicLong(30 * MEBIBYTE);
    private final AtomicInteger collections = new AtomicInteger();
    private final HeapGrowth growth = new HeapGrowth(idle::get, size::get, () -> {
        collections.incrementAndGet();
        size.set(leaves.get());
    });

    /// The number of collections once the heap has this size in mebibytes.
    private int collectionsAt(long mebibytes) {
        size.set(mebibytes * MEBIBYTE);
        growth.look();
        return collections.get();
    }

    @Test
    void collectsAfterTheHeapHasGrown() {
        assertEquals(0, collectionsAt(30));
        assertEquals(0, collectionsAt(62));
        assertEquals(1, collectionsAt(63));
    }

    @Test
    void collectsOnlyWhileIdle() {
        idle.set(false);
        assertEquals(0, collectionsAt(1000));
        idle.set(true);
        assertEquals(1, collectionsAt(1000));
    }

    /// A heap that stays large is not collected again and again.
    @Test
    void measuresGrowthFromTheLastCollection() {
        leaves.set(400 * MEBIBYTE);
        assertEquals(1, collectionsAt(500));
        assertEquals(1, collectionsAt(432));
        assertEquals(2, collectionsAt(433));
    }

    @Test
    void runsOneCollectionAtATime() {
        var nested = new AtomicInteger();
        HeapGrowth[] self = new HeapGrowth[1];
        self[0] = new HeapGrowth(idle::get, size::get, () -> {
            nested.incrementAndGet();
            var other = Thread.ofVirtual().start(self[0]::look);
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        size.set(1000 * MEBIBYTE);
        self[0].look();
        assertEquals(1, nested.get());
    }
}
