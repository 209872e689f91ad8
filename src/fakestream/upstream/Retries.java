package fakestream.upstream;

import fakestream.concurrent.Guard;
import fakestream.config.Config;
import fakestream.config.Setting;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Decides whether a failed call is worth another, and how long to wait before it. All requests
/// share it, so that an upstream in trouble does not get all of them again at once: a fifth of the
/// open requests, and always three, may pause at the same time. The others wait for a place. Any
/// thread may call it; its guard protects the places, and no thread holds it while it waits.
final class Retries {
    /// Statuses that say that there is no answer, and that this may pass; listed too in
    /// `proxy.properties.example`. 520 to 527 and 530 are Cloudflare's, for a server behind it that
    /// is down or unreachable; 529 is Anthropic's for overload.
    private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504,
            520, 521, 522, 523, 524, 525, 526, 527, 529, 530);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);
    private static final Duration LONGEST_OBEYED = Duration.ofSeconds(20);
    /// The limit on all waits of one request together, in nanoseconds.
    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(60);
    private static final int ALWAYS_ALLOWED = 3;
    private static final int ONE_IN = 5;

    private final int most;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final IntSupplier open;
    private final Guard guard = new Guard();
    private final Condition changed = guard.newCondition();
    /// Read outside the guard, to learn whether any request must be woken.
    private volatile int waiting;
    private int pausing;

    /// @param random for the jitter
    /// @param clock the time against which a date in `Retry-After` is read
    /// @param open returns the number of open requests
    Retries(Config config, RandomGenerator random, InstantSource clock, IntSupplier open) {
        this.open = open;
        this.most = config.get(Setting.RETRY_MAX);
        this.random = random;
        this.clock = clock;
    }

    /// How many more calls one request may make, and how long it may wait before them. The thread
    /// that serves the client uses it.
    final class Allowance {
        private final long until;
        private final CountDownLatch over;
        /// How many calls followed a failed one at the same upstream.
        private int repeated;
        /// In nanoseconds.
        private long waited;
        private boolean freshened;

        private Allowance(long until, CountDownLatch over) {
            this.until = until;
            this.over = over;
        }

        /// Whether a call on a new connection may replace one on a kept connection that was dead;
        /// true once.
        boolean freshen() {
            var isFirst = !freshened;
            freshened = true;
            return isFirst;
        }

        /// Another call without a pause; false if RETRY_MAX allows none.
        boolean atOnce() {
            if (repeated >= most) {
                return false;
            }
            repeated++;
            return true;
        }

        /// Pauses before another call, at a place that is free again before the call.
        ///
        /// @return false if RETRY_MAX or the time allows none, or the request has ended
        boolean pause() {
            return pause(Retries.this.pause(repeated + 1));
        }

        /// Pauses after this answer, likewise.
        ///
        /// @param inBody the time that its body asks for; needed only if its headers ask for none
        boolean pause(UpstreamHead head, Supplier<Optional<Duration>> inBody) {
            return pause(Retries.this.pause(repeated + 1, head, inBody));
        }

        private boolean pause(Optional<Duration> time) {
            var patience = Math.min(LONGEST_WAIT - waited, until - System.nanoTime());
            if (time.isEmpty() || time.get().toNanos() >= patience) {
                return false;
            }
            var pause = time.get().toNanos();
            var from = System.nanoTime();
            try {
                if (!enter(from + patience - pause, () -> over.getCount() == 0)) {
                    return false;
                }
                try {
                    repeated++;
                    return !over.await(pause, TimeUnit.NANOSECONDS);
                } finally {
                    leave();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                waited += System.nanoTime() - from;
            }
        }
    }

    /// The allowance of a request.
    ///
    /// @param until when its time is up, by `System.nanoTime`
    /// @param over opens when it ends; then [#wake()] must follow
    Allowance allowance(long until, CountDownLatch over) {
        return new Allowance(until, over);
    }

    /// Whether another call may help after this status.
    static boolean isPassing(int status) {
        return PASSING.contains(status);
    }

    /// Takes a place, and waits for one if all are taken; [#leave()] must follow.
    ///
    /// @param until the end of the wait, by `System.nanoTime`
    /// @param isOver whether the request has ended; checked again after [#wake()]
    /// @return false if the time is up or the request has ended; then no place was taken
    boolean enter(long until, BooleanSupplier isOver) throws InterruptedException {
        return guard.get(() -> {
            waiting++;
            try {
                while (!isOver.getAsBoolean() && until - System.nanoTime() > 0) {
                    if (pausing < Math.max(ALWAYS_ALLOWED, open.getAsInt() / ONE_IN)) {
                        pausing++;
                        return true;
                    }
                    changed.awaitNanos(until - System.nanoTime());
                }
                return false;
            } finally {
                waiting--;
                // A request that gives up may have been woken for a place; this wakes another.
                changed.signal();
            }
        });
    }

    /// Gives the place back.
    void leave() {
        guard.run(() -> {
            pausing--;
            changed.signal();
        });
    }

    /// Notes that a request has ended; it may be a waiting one.
    void wake() {
        if (waiting > 0) {
            guard.run(changed::signalAll);
        }
    }

    /// How long to wait before another call; empty if RETRY_MAX allows no more.
    ///
    /// @param failures one more than the number of repeated calls so far, from 1
    Optional<Duration> pause(int failures) {
        if (failures > most) {
            return Optional.empty();
        }
        // Full jitter: a random time below a ceiling that doubles with each failure.
        var ceiling = Math.min(FIRST_PAUSE.toNanos() << failures - 1, LONGEST_PAUSE.toNanos());
        return Optional.of(Duration.ofNanos(random.nextLong(ceiling)));
    }

    /// The pause after an answer, which may itself say how long. Empty if that is too long: the
    /// client gets the answer then.
    ///
    /// @param inBody the time that its body asks for; needed only if its headers ask for none
    Optional<Duration> pause(int failures, UpstreamHead head,
            Supplier<Optional<Duration>> inBody) {
        var own = pause(failures);
        var asked = own.flatMap(_ -> asked(head, inBody));
        return asked.isEmpty() ? own
                : asked.filter(time -> time.compareTo(LONGEST_OBEYED) <= 0);
    }

    /// The pause that an answer asks for; empty if it asks for none.
    ///
    /// @param inBody the time that its body asks for; needed only if its headers ask for none
    Optional<Duration> asked(UpstreamHead head, Supplier<Optional<Duration>> inBody) {
        return time(head.header("retry-after-ms"), 1e6)
                .or(() -> time(head.header("retry-after"), 1e9))
                .or(() -> untilDate(head.header("retry-after"))).or(inBody);
    }

    /// The time in a header, in units of this many nanoseconds; empty if it is no number.
    private static Optional<Duration> time(String header, double unit) {
        return header.matches("[0-9]{1,9}(\\.[0-9]*)?") ? Optional.of(Duration.ofNanos(
                (long) Math.ceil(Double.parseDouble(header) * unit))) : Optional.empty();
    }

    private Optional<Duration> untilDate(String header) {
        try {
            var date = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(header));
            var time = Duration.between(clock.instant(), date);
            return Optional.of(time.isNegative() ? Duration.ZERO : time);
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
