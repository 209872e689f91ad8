package fakestream.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/// Tells work in linear time from work in quadratic time. It measures the processor time of its own
/// thread and takes the best of several tries, so that a busy machine makes no difference.
public final class Growth {
    private static final int SHORT = 64 * 1024;
    private static final int TRIES = 5;
    /// A busy machine delays the compiler, so that one size may run compiled and the other not.
    private static final int ROUNDS = 4;
    /// Shorter times count as linear: they are too short for a comparison.
    private static final long NOTHING = 3_000_000;

    private Growth() {
    }

    /// Work to measure.
    @FunctionalInterface
    public interface Work<T> {
        void on(T input) throws Exception;
    }

    /// Checks that twice the text takes about twice the time, not four times. The text repeats the
    /// token; `end` follows it, for work that fails only at the end of the text.
    public static void isLinear(String token, String end, Consumer<String> work) {
        isLinear("'" + token + "'", size -> token.repeat(size * SHORT / token.length()) + end,
                work::accept);
    }

    /// Checks that an input of size 2 takes about twice the time of an input of size 1.
    ///
    /// @param input makes an input of a size
    public static <T> void isLinear(String what, IntFunction<T> input, Work<T> work) {
        var one = input.apply(1);
        var two = input.apply(2);
        var seen = new ArrayList<String>();
        while (!isLinear(one, two, work, seen)) {
            assertTrue(seen.size() < ROUNDS, () -> seen + " of " + what);
        }
    }

    private static <T> boolean isLinear(T one, T two, Work<T> work, List<String> seen) {
        long best = Long.MAX_VALUE;
        long bestOfTwice = time(two, work);
        for (int i = 0; i < TRIES && bestOfTwice > NOTHING; i++) {
            best = Math.min(best, time(one, work));
            bestOfTwice = Math.min(bestOfTwice, time(two, work));
        }
        seen.add(best / 1000 + " us, and " + bestOfTwice / 1000 + " us for twice as much");
        return bestOfTwice <= NOTHING || bestOfTwice <= 2.5 * best;
    }

    private static <T> long time(T input, Work<T> work) {
        var threads = ManagementFactory.getThreadMXBean();
        var started = threads.getCurrentThreadCpuTime();
        try {
            work.on(input);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return threads.getCurrentThreadCpuTime() - started;
    }
}
