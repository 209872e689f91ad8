package fakestream.endpoint;

import com.sun.net.httpserver.Headers;
import fakestream.concurrent.Guard;
import fakestream.http.ByteBudget;
import fakestream.json.Parts;
import fakestream.upstream.StoredAnswer;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Joins a repeated request to the upstream call that it repeats, so that its answer is paid for
/// once: clients that lost their connection or their patience ask again while the model still
/// thinks. A good answer is kept for a while (IDEMPOTENCY_WINDOW_MS), and a call whose client left
/// goes on for as long. It outlives a reload of the settings.
///
/// A shared value holds status, headers and bytes. The thread of the first request makes the call,
/// and the threads of the others wait for its outcome. The guard protects all maps and all calls;
/// no thread waits for an upstream or a client while it holds the guard.
public final class CallSharing {
    /// The most answers that are kept at once. Beyond either bound the oldest goes.
    private static final int MOST_KEPT = 1000;
    private static final long MOST_BYTES = 32L * 1024 * 1024;
    private static final int GOOD = 200;

    private final Guard guard = new Guard();
    private final ScheduledExecutorService timer;
    private final Executor executor;
    private final Map<String, Call> running = new HashMap<>();
    private final SequencedMap<String, Kept> kept = new LinkedHashMap<>();
    private final ByteBudget memory;
    private long keptBytes;

    /// One request that may share a call.
    ///
    /// @param name see [#name]
    /// @param repeats whether the request says that it was made before
    /// @param window how long a good answer is kept, and a call without clients goes on
    /// @param onLeaving takes the action for when the client leaves
    /// @param cancel ends the call that this request makes
    record Sharer(String name, boolean repeats, Duration window, Consumer<Runnable> onLeaving,
            Runnable cancel) {
    }

    /// Makes a call.
    @FunctionalInterface
    interface Calling {
        /// @param judge judges each answer
        /// @throws UpstreamException if there is no answer
        StoredAnswer call(AnswerReader<StoredAnswer> judge) throws UpstreamException;
    }

    /// A running call. The thread that makes it completes the outcome once.
    private static final class Call {
        private final Runnable cancel;
        private final CompletableFuture<StoredAnswer> outcome = new CompletableFuture<>();
        private int waiting = 1;
        private boolean over;
        /// Ends the call if no request waits for it any more.
        private Future<?> ending = CompletableFuture.completedFuture(null);

        private Call(Runnable cancel) {
            this.cancel = cancel;
        }
    }

    /// @param bytes the memory that it holds
    /// @param expiry removes it
    private record Kept(StoredAnswer answer, ByteBudget.Hold bytes, Future<?> expiry) {
    }

    /// @param timer only hands over to the executor
    /// @param memory for answers; the oldest kept answer goes when others need it
    public CallSharing(ScheduledExecutorService timer, Executor executor, ByteBudget memory) {
        this.timer = timer;
        this.executor = executor;
        this.memory = memory;
        memory.spare(this::forgetOldest);
    }

    /// Tells a request from all others: a digest of its caller, the endpoint, the `Idempotency-Key`
    /// and the body. So no caller ever joins another's call.
    static String name(String caller, String endpoint, Headers headers, Parts body) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            // With its length before it, no part can pass for the end of another.
            digest.update(Stream.of(caller, endpoint, key(headers))
                    .map(part -> part.length() + ":" + part).collect(Collectors.joining())
                    .getBytes(StandardCharsets.UTF_8));
            for (var part : body.list()) {
                digest.update(part.bytes(), part.from(), part.length());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Whether a request says that it was made before. An SDK sends how often it has tried.
    public static boolean isRepetition(Headers headers) {
        var count = headers.getFirst("x-stainless-retry-count");
        return !key(headers).isEmpty() || count != null && count.matches("[1-9][0-9]{0,3}");
    }

    private static String key(Headers headers) {
        return Objects.requireNonNullElse(headers.getFirst("Idempotency-Key"), "");
    }

    /// The answer to a request: of the call that it repeats, or of one that it makes.
    ///
    /// @param judge tells which answers are worth keeping
    /// @throws UpstreamException if there is no answer, or the client has left
    StoredAnswer answer(Sharer sharer, AnswerReader<?> judge, Calling calling)
            throws UpstreamException {
        var own = new Call(sharer.cancel());
        Call joined;
        guard.lock();
        try {
            if (sharer.repeats() && kept.containsKey(sharer.name())) {
                return kept.get(sharer.name()).answer();
            }
            joined = sharer.repeats() ? running.get(sharer.name()) : null;
            if (joined == null) {
                running.put(sharer.name(), own);
            } else {
                joined.waiting++;
                joined.ending.cancel(false);
            }
        } finally {
            guard.unlock();
        }
        return joined == null ? make(sharer, own, judge, calling) : join(sharer, joined);
    }

    /// Makes the call, and gives its outcome to all requests that have joined it.
    private StoredAnswer make(Sharer sharer, Call call, AnswerReader<?> judge, Calling calling)
            throws UpstreamException {
        sharer.onLeaving().accept(() -> leave(sharer, call));
        var judged = new AtomicInteger();
        try {
            var answer = calling.call(seen -> {
                var stored = seen.stored();
                var read = judge.read(UpstreamAnswer.of(stored)).with(stored);
                judged.set(read.status());
                return read;
            });
            end(sharer, call, judged.get() == GOOD ? answer : null);
            call.outcome.complete(answer);
            return answer;
        } catch (UpstreamException | RuntimeException | Error failure) {
            end(sharer, call, null);
            call.outcome.completeExceptionally(failure);
            throw failure;
        }
    }

    private StoredAnswer join(Sharer sharer, Call call) throws UpstreamException {
        var mine = call.outcome.copy();
        sharer.onLeaving().accept(() -> {
            mine.cancel(false);
            leave(sharer, call);
        });
        try {
            return mine.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UpstreamException failure) {
                throw failure;
            }
            throw new IllegalStateException("the call that was joined has failed", e.getCause());
        } catch (CancellationException e) {
            throw UpstreamException.cancelled(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw UpstreamException.cancelled(e);
        }
    }

    /// Notes that a client has left. After the last one the call goes on for the window, because a
    /// client may come back.
    private void leave(Sharer sharer, Call call) {
        guard.run(() -> {
            call.waiting--;
            if (call.waiting == 0 && !call.over) {
                call.ending = timer.schedule(() -> executor.execute(() -> giveUp(sharer, call)),
                        sharer.window().toNanos(), TimeUnit.NANOSECONDS);
            }
        });
    }

    /// Ends a call that no client has come back to. From here on no request can join it.
    private void giveUp(Sharer sharer, Call call) {
        var isWanted = guard.get(() -> {
            if (call.waiting == 0) {
                running.remove(sharer.name(), call);
            }
            return call.waiting > 0;
        });
        if (!isWanted) {
            call.cancel.run();
        }
    }

    /// Notes that the call is over.
    ///
    /// @param good its answer if that is worth keeping, or null
    private void end(Sharer sharer, Call call, StoredAnswer good) {
        guard.run(() -> {
            running.remove(sharer.name(), call);
            call.over = true;
            call.ending.cancel(false);
            if (good != null) {
                keep(sharer.name(), good, sharer.window());
            }
        });
    }

    /// Keeps an answer. The timer refers to the answer, and to nothing of its request. If memory is
    /// short, the oldest answers go; if that is not enough, this answer is not kept.
    private void keep(String name, StoredAnswer answer, Duration window) {
        forget(name);
        var bytes = memory.hold();
        while (!bytes.tryGrow(answer.size())) {
            if (!forgetOldest()) {
                return;
            }
        }
        kept.put(name, new Kept(answer, bytes, timer.schedule(() -> expire(name, answer),
                window.toNanos(), TimeUnit.NANOSECONDS)));
        keptBytes += answer.size();
        while (kept.size() > MOST_KEPT || keptBytes > MOST_BYTES) {
            forgetOldest();
        }
    }

    /// Drops the oldest answer; returns whether there was one.
    private boolean forgetOldest() {
        return guard.get(() -> !kept.isEmpty() && forget(kept.firstEntry().getKey()));
    }

    /// Runs on the timer: no thread holds the guard for long.
    private void expire(String name, StoredAnswer answer) {
        guard.run(() -> {
            if (kept.containsKey(name) && kept.get(name).answer() == answer) {
                forget(name);
            }
        });
    }

    /// Drops an answer, and the timer's reference to it; returns whether there was one.
    private boolean forget(String name) {
        var old = kept.remove(name);
        if (old != null) {
            old.expiry().cancel(false);
            old.bytes().close();
            keptBytes -= old.answer().size();
        }
        return old != null;
    }
}
