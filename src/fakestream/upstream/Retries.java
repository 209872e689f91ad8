package fakestream.upstream;

import fakestream.config.Config;
import fakestream.config.Setting;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/// When a call that failed is worth another, and how long to wait before it. One for all requests,
/// so that an upstream in trouble does not meet all of them again at once: a fifth of those that
/// are open may try again at the same time, three always.
final class Retries {
    /// What passes: a timeout, a limit, a fault, a gateway's trouble, and Anthropic's overload.
    private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504, 529);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);
    private static final Duration LONGEST_OBEYED = Duration.ofSeconds(20);
    private static final int ALWAYS_ALLOWED = 3;
    private static final int ONE_IN = 5;

    private final int most;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger retrying = new AtomicInteger();

    /// @param random for the jitter
    /// @param clock against which a date in `Retry-After` is read
    Retries(Config config, RandomGenerator random, InstantSource clock) {
        this.most = config.get(Setting.RETRY_MAX);
        this.random = random;
        this.clock = clock;
    }

    /// Whether a status tells of something that passes, so that another call may help.
    static boolean isPassing(int status) {
        return PASSING.contains(status);
    }

    /// One more request is open.
    void opened() {
        open.incrementAndGet();
    }

    /// It is over.
    void closed() {
        open.decrementAndGet();
    }

    /// Takes one of the places of those that try again, until [#end()].
    ///
    /// @return false where there is none
    boolean begin() {
        if (retrying.incrementAndGet() > Math.max(ALWAYS_ALLOWED, open.get() / ONE_IN)) {
            end();
            return false;
        }
        return true;
    }

    /// Gives the place back.
    void end() {
        retrying.decrementAndGet();
    }

    /// How long to wait before the next call to the same upstream; empty where there is none.
    ///
    /// @param failures how many calls to it have failed, from 1
    Optional<Duration> pause(int failures) {
        return failures > most ? Optional.empty() : Optional.of(backoff(failures));
    }

    /// The same behind an answer, which may say itself how long. Where that is too long, the answer
    /// is for the client to judge.
    Optional<Duration> pause(int failures, UpstreamAnswer answer) {
        var own = pause(failures);
        var asked = asked(answer.header("retry-after-ms"), answer.header("retry-after"));
        return own.isEmpty() || asked.isEmpty() ? own
                : asked.filter(time -> time.compareTo(LONGEST_OBEYED) <= 0);
    }

    /// Full jitter: any time up to one that doubles with each failure.
    private Duration backoff(int failures) {
        var ceiling = FIRST_PAUSE.multipliedBy(1L << failures - 1);
        var bounded = ceiling.compareTo(LONGEST_PAUSE) < 0 ? ceiling : LONGEST_PAUSE;
        return Duration.ofNanos(random.nextLong(bounded.toNanos()));
    }

    /// What the two headers ask for; empty where they make no sense.
    private Optional<Duration> asked(String millis, String after) {
        if (millis.matches("[0-9]{1,9}(\\.[0-9]*)?")) {
            return Optional.of(Duration.ofMillis((long) Math.ceil(Double.parseDouble(millis))));
        }
        if (after.matches("[0-9]{1,9}(\\.[0-9]*)?")) {
            var nanos = Math.ceil(Double.parseDouble(after) * 1e9);
            return Optional.of(Duration.ofNanos((long) nanos));
        }
        try {
            var date = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(after));
            var time = Duration.between(clock.instant(), date);
            return Optional.of(time.isNegative() ? Duration.ZERO : time);
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
