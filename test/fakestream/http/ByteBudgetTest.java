package fakestream.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.http.ByteBudget.Grant;
import fakestream.http.ByteBudget.Hold;
import fakestream.testing.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Shares bytes out in every order.
final class ByteBudgetTest {
    private static final long COMMON = 100;
    private static final long RESERVE = 300;

    private final ByteBudget budget = new ByteBudget(COMMON, RESERVE);

    private static long soon() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    }

    private Hold holding(long bytes) {
        var hold = budget.hold();
        assertEquals(Grant.GIVEN, hold.grow(bytes, System.nanoTime()));
        return hold;
    }

    /// Grows on a new thread; returns once that thread waits or has its grant.
    private CompletableFuture<Grant> growing(Hold hold, long bytes) {
        var waits = budget.figures().waits();
        var grant = new CompletableFuture<Grant>();
        Thread.ofVirtual().start(() -> grant.complete(hold.grow(bytes, soon())));
        while (budget.figures().waits() == waits && !grant.isDone()) {
            Thread.onSpinWait();
        }
        return grant;
    }

    private void assertHeld(long bytes, int waiting) {
        assertEquals(bytes, budget.figures().held());
        assertEquals(waiting, budget.figures().waiting());
    }

    @Test
    void grantsAvailableBytesAtOnce() {
        try (var small = holding(60); var other = holding(40)) {
            assertHeld(100, 0);
            assertEquals(Grant.GIVEN, small.grow(50, System.nanoTime()));
            assertEquals(Grant.GIVEN, other.grow(40, System.nanoTime()));
        }
        assertHeld(0, 0);
        assertEquals(new ByteBudget.Figures(0, 400, 0, 0, 0), budget.figures());
    }

    @Test
    void refusesAtOnceBytesThatNeverFit() {
        try (var hold = budget.hold()) {
            assertEquals(Grant.NEVER, hold.grow(RESERVE + 1, soon()));
            assertEquals(Grant.GIVEN, hold.grow(RESERVE, soon()));
        }
        assertHeld(0, 0);
    }

    @Test
    void givesTheReserveToOneHolderAtATime() {
        var first = holding(300);
        var second = budget.hold();
        var third = budget.hold();
        var one = growing(second, 200);
        var other = growing(third, 101);
        try (var small = holding(100)) {
            assertHeld(400, 2);
            first.close();
            assertEquals(Grant.GIVEN, Waiting.done(one, "the reserve"));
            assertFalse(other.isDone());
            second.close();
            assertEquals(Grant.GIVEN, Waiting.done(other, "the reserve"));
            assertEquals(Grant.GIVEN, small.grow(100, soon()));
        }
        third.close();
        assertHeld(0, 0);
    }

    @Test
    void growsInTheReserveWhileAnotherHoldsTheRest() {
        try (var one = holding(50); var other = holding(50)) {
            assertEquals(Grant.GIVEN, one.grow(51, soon()));
            var waiting = growing(other, 120);
            assertEquals(Grant.GIVEN, one.grow(300, System.nanoTime()));
            assertFalse(waiting.isDone());
            one.settle(0);
            assertEquals(Grant.GIVEN, Waiting.done(waiting, "the reserve"));
        }
        assertHeld(0, 0);
    }

    @Test
    void freesTheReserveOnceItsBodyIsCompleteAndFitsTheCommonPart() {
        try (var slow = holding(300); var next = budget.hold()) {
            var waiting = growing(next, 250);
            slow.settle(101);
            assertFalse(waiting.isDone());
            slow.settle(100);
            assertEquals(Grant.GIVEN, Waiting.done(waiting, "the reserve"));
            assertHeld(350, 0);
        }
        assertHeld(0, 0);
    }

    @Test
    void endsAWaitAndKeepsItsBytes() {
        try (var first = holding(300); var other = holding(30)) {
            var waiting = growing(other, 200);
            other.end();
            assertEquals(Grant.ENDED, Waiting.done(waiting, "the end"));
            assertEquals(Grant.ENDED, other.grow(31, soon()));
            assertHeld(330, 0);
            assertEquals(Grant.LATE, budget.hold().grow(200, System.nanoTime() + 1_000_000));
            assertHeld(330, 0);
            first.settle(0);
        }
        assertHeld(0, 0);
    }

    @Test
    void knowsHowLongItHasBeenFull() {
        try (var first = holding(300); var other = budget.hold()) {
            assertFalse(budget.isFullFor(0));
            var waiting = growing(other, 200);
            assertTrue(budget.isFullFor(0));
            assertFalse(budget.isFullFor(TimeUnit.MINUTES.toNanos(1)));
            first.settle(0);
            Waiting.done(waiting, "the reserve");
            assertFalse(budget.isFullFor(0));
        }
    }

    @Test
    void reclaimsSpareBytesBeforeAHolderWaits() {
        var kept = new ArrayList<>(List.of(holding(40), holding(40)));
        budget.spare(() -> {
            if (kept.isEmpty()) {
                return false;
            }
            kept.removeFirst().close();
            return true;
        });
        try (var large = holding(300); var small = holding(50)) {
            assertEquals(1, kept.size());
            assertFalse(small.tryGrow(61));
            assertTrue(small.tryGrow(60));
            assertHeld(400, 0);
            large.settle(0);
        }
        kept.removeFirst().close();
        assertHeld(0, 0);
    }

    @Test
    void resizesWhenTheSettingsChange() {
        try (var first = holding(300); var one = budget.hold(); var other = budget.hold()) {
            var tooLarge = growing(one, 290);
            var fits = growing(other, 190);
            budget.resize(50, 200);
            assertEquals(Grant.NEVER, Waiting.done(tooLarge, "the refusal"));
            assertFalse(fits.isDone());
            budget.resize(200, 200);
            assertEquals(Grant.GIVEN, Waiting.done(fits, "its bytes"));
            assertEquals(66, other.longestBody());
            first.settle(0);
        }
        assertHeld(0, 0);
    }

    /// Requests hold their bytes while their answers wait for memory. Answers come with and without
    /// a declared length, some fail in the middle, and some clients leave. Every request ends.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void blocksInNoOrder(int seed) throws InterruptedException {
        var random = new Random(seed);
        var requests = new ByteBudget(random.nextInt(200), RESERVE);
        var answers = new ByteBudget(random.nextInt(200), RESERVE);
        var done = new AtomicLong();
        var faults = new ConcurrentLinkedQueue<String>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 150; i++) {
            var own = new Random(random.nextLong());
            threads.add(Thread.ofVirtual().start(() -> {
                request(requests, answers, own, faults);
                done.incrementAndGet();
            }));
        }
        var until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        for (var thread : threads) {
            thread.join(Math.max((until - System.nanoTime()) / 1_000_000, 1));
        }
        assertEquals(threads.size(), done.get());
        assertEquals(List.of(), List.copyOf(faults));
        for (var budget : List.of(requests, answers)) {
            assertEquals(0, budget.figures().held());
            assertEquals(0, budget.figures().waiting());
        }
    }

    private static void request(ByteBudget requests, ByteBudget answers, Random random,
            Queue<String> faults) {
        for (int i = 0; i < 3; i++) {
            try (var request = requests.hold()) {
                body(requests, request, random, faults);
                request.settle(random.nextInt(50));
                for (int calls = random.nextInt(3); calls >= 0; calls--) {
                    try (var answer = answers.hold()) {
                        body(answers, answer, random, faults);
                        answer.settle(random.nextInt(300));
                        LockSupport.parkNanos(random.nextInt(200_000));
                    }
                }
            }
        }
    }

    private static void body(ByteBudget budget, Hold hold, Random random, Queue<String> faults) {
        var size = random.nextInt(10) == 0 ? RESERVE : 1 + random.nextInt(80);
        var step = random.nextBoolean() ? size : 1 + random.nextInt(30);
        if (random.nextInt(8) == 0) {
            var soon = random.nextInt(500_000);
            Thread.ofVirtual().start(() -> {
                LockSupport.parkNanos(soon);
                hold.end();
            });
        }
        var grant = Grant.GIVEN;
        for (long held = step; grant == Grant.GIVEN && held < size + step; held += step) {
            grant = hold.grow(Math.min(held, size), soon());
            var figures = budget.figures();
            if (grant == Grant.LATE || grant == Grant.NEVER || figures.held() > figures.most()) {
                faults.add(grant + " " + figures);
            }
            Thread.yield();
        }
    }
}
