package fakestream.http;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Counts the bytes of heap that requests or answers fill. A body waits if there is no room for it.
/// Any thread may call it. The lock guards all mutable state; a waiting thread has released it.
///
/// # Why no body waits for ever
///
/// The room has two parts. In the common part, a [Hold] may grow while there are free bytes. The
/// reserve is as large as the largest allowed body, and one hold at a time has all of it: the first
/// in the queue. That hold moves to the reserve, and its bytes in the common part become free. It
/// never waits again, however much it grows, because a body beyond the reserve is refused. So it
/// ends in its own time, and the next in the queue gets the reserve; two bodies of unknown length
/// that hold half of the room each cannot block each other. A complete body ([Hold#settle]) returns
/// to the common part as soon as there is room, so that a slow reader does not keep the reserve.
///
/// Small bodies need not queue: bytes that fit into the common part are given at once. No waiting
/// body loses its turn by that, because only the order of the queue decides about the reserve.
///
/// Requests and answers have a budget each. A request that holds bytes waits for bytes of answers,
/// but an answer that holds bytes never waits for bytes of requests, so they cannot deadlock.
public final class ByteBudget {
    /// The most bytes of heap that one byte of a body costs while it is read, parsed, rewritten and
    /// sent. The tests of `make memory` check this.
    public static final int COPIES = 3;

    /// How a request for bytes ends.
    public enum Grant {
        /// The bytes are held.
        GIVEN,
        /// The budget can never give so many bytes.
        NEVER,
        /// The bytes were not available in time.
        LATE,
        /// The hold was ended meanwhile.
        ENDED
    }

    /// The metrics of a budget.
    ///
    /// @param held bytes
    /// @param most bytes that can be held
    /// @param waiting holds that wait now
    /// @param waits number of waits since the start
    /// @param waited total time of the finished waits, in nanoseconds
    public record Figures(long held, long most, int waiting, long waits, long waited) {
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedSet<Hold> queue = new LinkedHashSet<>();
    private long common;
    private long reserve;
    /// Bytes held in the common part.
    private long used;
    /// The hold that has the reserve, or null.
    private Hold first;
    private boolean shut;
    private long fullSince;
    private long waits;
    private long waited;
    private volatile BooleanSupplier spare = () -> false;

    /// @param common bytes for all holds
    /// @param reserve bytes for one hold at a time, and the most that one may hold
    public ByteBudget(long common, long reserve) {
        this.common = common;
        this.reserve = reserve;
    }

    /// Changes the size. Held bytes stay held.
    public void resize(long common, long reserve) {
        lock.lock();
        try {
            this.common = common;
            this.reserve = reserve;
            serveQueue();
            queue.forEach(hold -> hold.changed.signal());
        } finally {
            lock.unlock();
        }
    }

    /// Sets the function that is called before a body waits. It frees bytes that are not needed,
    /// and returns whether it could; it may close holds of this budget.
    public void spare(BooleanSupplier freeing) {
        spare = freeing;
    }

    /// From now on no body waits: if there is no room at once, its hold is ended.
    public void shut() {
        lock.lock();
        shut = true;
        queue.forEach(hold -> hold.changed.signal());
        lock.unlock();
    }

    /// A hold for one body; it holds nothing yet.
    public Hold hold() {
        return new Hold();
    }

    /// The length of the largest body that fits.
    public long longestBody() {
        lock.lock();
        try {
            return reserve / COPIES;
        } finally {
            lock.unlock();
        }
    }

    /// Whether bodies have waited without a break for this long, in nanoseconds.
    public boolean isFullFor(long nanos) {
        lock.lock();
        try {
            return !queue.isEmpty() && System.nanoTime() - fullSince >= nanos;
        } finally {
            lock.unlock();
        }
    }

    /// The current metrics.
    public Figures figures() {
        lock.lock();
        try {
            return new Figures(used + (first == null ? 0 : first.bytes), common + reserve,
                    queue.size(), waits, waited);
        } finally {
            lock.unlock();
        }
    }

    /// Called under the lock, after bytes became free.
    private void serveQueue() {
        if (first != null && first.settled && used + first.bytes <= common) {
            used += first.bytes;
            first = null;
        }
        for (var hold : queue.toArray(Hold[]::new)) {
            if (hold.wanted <= reserve && hold.take(hold.wanted)) {
                queue.remove(hold);
                hold.given = true;
                hold.changed.signal();
            }
        }
    }

    /// The bytes of one body. One thread grows, settles and closes it; any thread may end its wait.
    public final class Hold implements AutoCloseable {
        private final Condition changed = lock.newCondition();
        private long bytes;
        private long wanted;
        private boolean given;
        private boolean settled;
        private boolean ended;

        private Hold() {
        }

        /// Holds `total` bytes from now on, or what it holds already if that is more. Waits for its
        /// turn if it must.
        ///
        /// @param until when to give up, by `System.nanoTime`
        public Grant grow(long total, long until) {
            var grant = growNow(total);
            while (grant == Grant.LATE && spare.getAsBoolean()) {
                grant = growNow(total);
            }
            return grant == Grant.LATE ? await(total, until) : grant;
        }

        /// Like [#grow], but returns [Grant#LATE] instead of waiting.
        private Grant growNow(long total) {
            lock.lock();
            try {
                if (ended) {
                    return Grant.ENDED;
                }
                settled &= total <= bytes;
                return total > reserve ? Grant.NEVER
                        : take(total) ? Grant.GIVEN : Grant.LATE;
            } finally {
                lock.unlock();
            }
        }

        /// Holds `total` bytes if the common part has room and no body waits. For bytes that the
        /// caller can do without.
        public boolean tryGrow(long total) {
            lock.lock();
            try {
                return !ended && queue.isEmpty() && takeCommon(total);
            } finally {
                lock.unlock();
            }
        }

        /// See [ByteBudget#longestBody()].
        public long longestBody() {
            return ByteBudget.this.longestBody();
        }

        /// The body is complete and needs at most `most` bytes for now. The rest is given back.
        public void settle(long most) {
            lock.lock();
            try {
                used -= this == first ? 0 : Math.max(bytes - most, 0);
                bytes = Math.min(bytes, most);
                settled = true;
                serveQueue();
            } finally {
                lock.unlock();
            }
        }

        /// Ends its wait; any thread may call it.
        public void end() {
            lock.lock();
            ended = true;
            changed.signal();
            lock.unlock();
        }

        /// Gives all bytes back, for good.
        @Override
        public void close() {
            lock.lock();
            try {
                ended = true;
                used -= this == first ? 0 : bytes;
                first = this == first ? null : first;
                bytes = 0;
                serveQueue();
            } finally {
                lock.unlock();
            }
        }

        private Grant await(long total, long until) {
            lock.lock();
            var from = System.nanoTime();
            try {
                wanted = total;
                given = false;
                fullSince = queue.isEmpty() ? from : fullSince;
                queue.addLast(this);
                waits++;
                serveQueue();
                var left = until - System.nanoTime();
                while (!given && !ended && !shut && total <= reserve && left > 0) {
                    left = changed.awaitNanos(left);
                }
                return given ? Grant.GIVEN : ended || shut ? Grant.ENDED
                        : total > reserve ? Grant.NEVER : Grant.LATE;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return given ? Grant.GIVEN : Grant.ENDED;
            } finally {
                waited += System.nanoTime() - from;
                queue.remove(this);
                serveQueue();
                lock.unlock();
            }
        }

        /// Called under the lock. A free reserve goes to the first in the queue.
        private boolean take(long total) {
            if (total <= bytes) {
                return true;
            }
            if (this != first && !takeCommon(total)) {
                if (first != null || !queue.isEmpty() && queue.getFirst() != this) {
                    return false;
                }
                used -= bytes;
                first = this;
            }
            bytes = this == first ? total : bytes;
            return true;
        }

        private boolean takeCommon(long total) {
            if (this == first || used - bytes + total > common) {
                return false;
            }
            used += total - bytes;
            bytes = total;
            return true;
        }
    }
}
