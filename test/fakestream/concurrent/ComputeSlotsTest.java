package fakestream.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import fakestream.testing.Waiting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ComputeSlotsTest {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final ComputeSlots slots = new ComputeSlots();

    @Test
    void runsAsManyTasksAsThereAreProcessors() {
        var working = new AtomicInteger();
        var most = new AtomicInteger();
        var full = new CountDownLatch(PROCESSORS);
        var done = new ArrayList<CompletableFuture<Integer>>();
        for (int i = 0; i < 20 * PROCESSORS; i++) {
            var result = new CompletableFuture<Integer>();
            done.add(result);
            Thread.ofVirtual().start(() -> result.complete(slots.take(() -> {
                most.accumulateAndGet(working.incrementAndGet(), Math::max);
                full.countDown();
                // The first tasks stay until all slots are taken.
                Waiting.open(full);
                return working.decrementAndGet();
            })));
        }
        done.forEach(result -> Waiting.done(result, "a turn"));
        assertEquals(PROCESSORS, most.get());
    }

    @Test
    void freesTheSlotOfAFailedTask() {
        for (int i = 0; i < 2 * PROCESSORS; i++) {
            assertThrows(IOException.class, () -> slots.take(() -> {
                throw new IOException("failed");
            }));
        }
        assertEquals("fine", slots.take(() -> "fine"));
    }
}
