package fakestream.http;

import fakestream.concurrent.Guard;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Counts the bytes of heap that requests or answers fill. A body waits if there is no room for it.
/// Any thread may call it. The guard protects all mutable state; no thread waits while it holds it.
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

    /// The holds that wait for a grant, the first to come first.
    private final SequencedSet<Hold> queue = new LinkedHashSet<>();
    private final Guard guard = new Guard();
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
        guard.run(() -> {
            this.common = common;
            this.reserve = reserve;
            serveQueue();
        });
    }

    /// Sets the function that is called before a body waits. It frees bytes that are not needed,
    /// and returns whether it could; it may close holds of this budget.
    public void spare(BooleanSupplier freeing) {
        spare = freeing;
    }

    /// From now on no body waits: if there is no room at once, its hold is ended.
    public void shut() {
        guard.run(() -> {
            shut = true;
            serveQueue();
        });
    }

    /// A hold for one body; it holds nothing yet.
    public Hold hold() {
        return new Hold();
    }

    /// Whether bodies have waited without a break for this long, in nanoseconds.
    public boolean isFullFor(long nanos) {
        return guard.get(() -> !queue.isEmpty() && System.nanoTime() - fullSince >= nanos);
    }

    /// The current metrics.
    public Figures figures() {
        return guard.get(() -> new Figures(used + (first == null ? 0 : first.bytes),
                common + reserve, queue.size(), waits, waited));
    }

    /// The caller holds the guard; bytes became free, or a wait must end.
    private void serveQueue() {
        if (first != null && first.settled && used + first.bytes <= common) {
            used += first.bytes;
            first = null;
        }
        // Every request comes here several times; the queue is almost always empty.
        for (var hold : queue.isEmpty() ? List.<Hold>of() : List.copyOf(queue)) {
            var grant = hold.take(hold.wanted);
            if (grant != Grant.LATE || shut) {
                queue.remove(hold);
                hold.grant = grant == Grant.LATE ? Grant.ENDED : grant;
                hold.granted.countDown();
            }
        }
    }

    /// The bytes of one body. One thread grows, settles and closes it; any thread may end its wait.
    public final class Hold implements AutoCloseable {
        private long bytes;
        private boolean settled;
        private boolean ended;
        /// The total that it waits for, and how the wait ended.
        private long wanted;
        private Grant grant;
        private CountDownLatch granted;

        /// Holds `total` bytes from now on, or what it holds already if that is more. Waits for its
        /// turn if it must.
        ///
        /// @param until when to give up, by `System.nanoTime`
        public Grant grow(long total, long until) {
            Grant now;
            do {
                now = guard.get(() -> {
                    settled &= total <= bytes;
                    return take(total);
                });
            } while (now == Grant.LATE && spare.getAsBoolean());
            return now == Grant.LATE ? await(total, until) : now;
        }

        /// Holds `total` bytes if the common part has room and no body waits. For bytes that the
        /// caller can do without.
        public boolean tryGrow(long total) {
            return guard.get(() -> !ended && queue.isEmpty() && takeCommon(total));
        }

        /// The length of the largest body that fits.
        public long longestBody() {
            return guard.get(() -> reserve / COPIES);
        }

        /// The body is complete and needs at most `most` bytes for now. The rest is given back.
        public void settle(long most) {
            guard.run(() -> {
                used -= this == first ? 0 : Math.max(bytes - most, 0);
                bytes = Math.min(bytes, most);
                settled = true;
                serveQueue();
            });
        }

        /// Ends its wait; any thread may call it.
        public void end() {
            guard.run(() -> {
                ended = true;
                serveQueue();
            });
        }

        /// Gives all bytes back, for good.
        @Override
        public void close() {
            guard.run(() -> {
                ended = true;
                used -= this == first ? 0 : bytes;
                first = this == first ? null : first;
                bytes = 0;
                serveQueue();
            });
        }

        private Grant await(long total, long until) {
            var from = System.nanoTime();
            guard.run(() -> {
                wanted = total;
                granted = new CountDownLatch(1);
                fullSince = queue.isEmpty() ? from : fullSince;
                queue.addLast(this);
                waits++;
                serveQueue();
            });
            try {
                granted.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            return guard.get(() -> {
                waited += System.nanoTime() - from;
                if (queue.remove(this)) {
                    grant = Thread.currentThread().isInterrupted() ? Grant.ENDED : Grant.LATE;
                }
                serveQueue();
                return grant;
            });
        }

        /// The caller holds the guard. A free reserve goes to the first in the queue; any other
        /// hold is [Grant#LATE] if the common part has no room.
        private Grant take(long total) {
            if (ended || total > reserve) {
                return ended ? Grant.ENDED : Grant.NEVER;
            }
            if (total > bytes && this != first && !takeCommon(total)) {
                if (first != null || !queue.isEmpty() && queue.getFirst() != this) {
                    return Grant.LATE;
                }
                used -= bytes;
                first = this;
            }
            bytes = Math.max(bytes, total);
            return Grant.GIVEN;
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
