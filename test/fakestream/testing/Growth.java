package fakestream.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.function.Consumer;

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

    /// Checks that twice the text takes some twice the time, and not four times. The text is this
    /// token over and over, with another behind it for what must come to its end to fail.
    public static void isLinear(String token, String end, Consumer<String> work) {
        var text = token.repeat(SHORT / token.length()) + end;
        var twice = token.repeat(2 * SHORT / token.length()) + end;
        long best = Long.MAX_VALUE;
        long bestOfTwice = time(twice, work);
        for (int i = 0; i < TRIES && bestOfTwice > NOTHING; i++) {
            best = Math.min(best, time(text, work));
            bestOfTwice = Math.min(bestOfTwice, time(twice, work));
        }
        assertTrue(bestOfTwice <= NOTHING || bestOfTwice <= 2.5 * best, best / 1000 + " us, and "
                + bestOfTwice / 1000 + " us for twice as many '" + token + "'");
    }

    private static long time(String text, Consumer<String> work) {
        var started = time();
        work.accept(text);
        return time() - started;
    }

    private static long time() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
