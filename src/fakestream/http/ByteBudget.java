package fakestream.http;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Counts the bytes of heap that requests or answers fill. A body for which there is no room waits.
/// Any thread may call it. The lock guards all that changes; a thread that waits has given it up.
///
/// # Why nobody waits for ever
///
/// The room has two parts. In the common part a [Hold] may grow as long as there are free bytes.
/// Behind it is a reserve, as large as the largest body that is allowed, and one hold at a time has
/// all of it: the first in the queue of those that wait. It takes what it holds along, so that the
/// others get that, and from then on it never waits, however much it grows: more than the reserve
/// is refused. So it ends in its own time and the next in the queue has its turn; two bodies of
/// unknown length that hold half of the room each cannot block each other. A body that is whole
/// ([Hold#settle]) goes back to the common part as soon as there is room, so that a client that
/// reads slowly does not keep the reserve.
///
/// Small bodies need not stand in the queue: what fits into the common part is given at once. That
/// keeps nobody from its turn, for the turn is at the reserve, which is given in the order of the
/// queue alone.
///
/// Requests and answers have a budget each. A request that holds bytes waits for bytes of answers,
/// and an answer that holds bytes never waits for those of requests: there is no circle.
public final class ByteBudget {
    /// How many bytes of heap one byte of a body costs at most, while it is read, parsed, written
    /// anew and told. The tests of `make memory` hold that.
    public static final int COPIES = 3;

    /// How a request for bytes ends.
    public enum Grant {
        /// They are held.
        GIVEN,
        /// There will never be so many.
        NEVER,
        /// Their turn did not come in time.
        LATE,
        /// The hold was ended meanwhile.
        ENDED
    }

    /// What there is to know of a budget.
    ///
    /// @param held bytes
    /// @param most bytes that can be held
    /// @param waiting holds that wait now
    /// @param waits how many have waited, from the beginning
    /// @param waited how long they have, those that wait now not counted, in nanoseconds
    public record Figures(long held, long most, int waiting, long waits, long waited) {
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedSet<Hold> queue = new LinkedHashSet<>();
    private long common;
    private long reserve;
    /// Held in the common part.
    private long used;
    /// Has the reserve, or null.
    private Hold first;
    private boolean shut;
    private long fullSince;
    private long waits;
    private long waited;
    private volatile BooleanSupplier spare = () -> false;

    /// @param common bytes for all
    /// @param reserve bytes for one at a time, and for none more than these
    public ByteBudget(long common, long reserve) {
        this.common = common;
        this.reserve = reserve;
    }

    /// Changes the size. What is held stays.
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

    /// Sets what is asked before a body waits. It frees bytes that nobody needs and says whether it
    /// could; it may close holds of this budget.
    public void spare(BooleanSupplier freeing) {
        spare = freeing;
    }

    /// Nobody waits from now on: where there is no room at once, the hold is ended.
    public void shut() {
        lock.lock();
        shut = true;
        queue.forEach(hold -> hold.changed.signal());
        lock.unlock();
    }

    /// For one body; it holds nothing yet.
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

    /// Whether bodies have been waiting for so long without a break, in nanoseconds.
    public boolean isFullFor(long nanos) {
        lock.lock();
        try {
            return !queue.isEmpty() && System.nanoTime() - fullSince >= nanos;
        } finally {
            lock.unlock();
        }
    }

    /// What there is to know of it now.
    public Figures figures() {
        lock.lock();
        try {
            return new Figures(used + (first == null ? 0 : first.bytes), common + reserve,
                    queue.size(), waits, waited);
        } finally {
            lock.unlock();
        }
    }

    /// Under the lock, after bytes became free.
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

    /// The bytes of one body. One thread grows, settles and closes it; any may end its waiting.
    public final class Hold implements AutoCloseable {
        private final Condition changed = lock.newCondition();
        private long bytes;
        private long wanted;
        private boolean given;
        private boolean settled;
        private boolean ended;

        private Hold() {
        }

        /// Holds so many bytes from now on, or as many as it holds if that is more. Waits for its
        /// turn where it must.
        ///
        /// @param until when to give up, by `System.nanoTime`
        public Grant grow(long total, long until) {
            var grant = growNow(total);
            while (grant == Grant.LATE && spare.getAsBoolean()) {
                grant = growNow(total);
            }
            return grant == Grant.LATE ? await(total, until) : grant;
        }

        /// The same, but [Grant#LATE] where it would have to wait.
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

        /// Holds so many bytes if there is room in the common part and nobody waits. For what can
        /// be done without.
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

        /// The body is whole: it needs no more than so many bytes for now. The rest is given back.
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

        /// It waits no more; from any thread.
        public void end() {
            lock.lock();
            ended = true;
            changed.signal();
            lock.unlock();
        }

        /// Gives all back, for good.
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

        /// Under the lock. The reserve is for who has it, and else for the first in the queue.
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
