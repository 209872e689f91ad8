package fakestream.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/// Tells work whose time grows as its text does from work that takes the square of it. It counts
/// the processor time of its own thread, and the best of several tries, so that a busy machine
/// makes no difference.
public final class Growth {
    private static final int SHORT = 64 * 1024;
    private static final int TRIES = 5;
    /// What is quicker is quick enough, and too quick to be compared.
    private static final long NOTHING = 3_000_000;

    private Growth() {
    }

    /// Something to be measured.
    @FunctionalInterface
    public interface Work<T> {
        void on(T input) throws Exception;
    }

    /// Checks that twice the text takes some twice the time, and not four times. The text is this
    /// token over and over, with another behind it for what must come to its end to fail.
    public static void isLinear(String token, String end, Consumer<String> work) {
        isLinear("'" + token + "'", size -> token.repeat(size * SHORT / token.length()) + end,
                work::accept);
    }

    /// Checks that an input of size 2 takes some twice the time of one of size 1.
    ///
    /// @param input makes one of a size
    public static <T> void isLinear(String what, IntFunction<T> input, Work<T> work) {
        var one = input.apply(1);
        var two = input.apply(2);
        long best = Long.MAX_VALUE;
        long bestOfTwice = time(two, work);
        for (int i = 0; i < TRIES && bestOfTwice > NOTHING; i++) {
            best = Math.min(best, time(one, work));
            bestOfTwice = Math.min(bestOfTwice, time(two, work));
        }
        assertTrue(bestOfTwice <= NOTHING || bestOfTwice <= 2.5 * best, best / 1000 + " us, and "
                + bestOfTwice / 1000 + " us for twice as much of " + what);
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
