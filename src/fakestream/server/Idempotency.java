package fakestream.server;

import com.sun.net.httpserver.Headers;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamException;
import fakestream.upstream.UpstreamRequest;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Joins a request that is made again to the upstream call that it is a repetition of, so that an
/// answer is paid for once: clients whose connection broke, or whose patience ended, ask again
/// while the model still thinks. For a while (IDEMPOTENCY_WINDOW_MS) a good answer is kept, and a
/// call whose client left goes on.
///
/// Calls are told apart by the caller, the endpoint, the `Idempotency-Key` and the body, and no
/// caller ever joins another's. The lock guards the calls; what they wait for is outside of it.
final class Idempotency {
    /// Answers that are kept at once. Beyond either bound the oldest goes.
    private static final int MOST_KEPT = 1000;
    private static final long MOST_BYTES = 32L * 1024 * 1024;

    private static final int GOOD = 200;

    /// What there is for a request.
    private sealed interface Found {
        /// A good answer, with the length of its body.
        record Kept(UpstreamAnswer answer, int length) implements Found {
        }

        /// A call that it has joined.
        record Joined(SharedCall call) implements Found {
        }

        /// Nothing: it has to make its own.
        record Own(SharedCall call) implements Found {
        }
    }

    private final Duration window;
    private final ScheduledExecutorService timer;
    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, SharedCall> running = new HashMap<>();
    private final SequencedMap<String, Found.Kept> kept = new LinkedHashMap<>();
    private long keptBytes;

    Idempotency(Config config, Shared shared) {
        this.window = config.get(Setting.IDEMPOTENCY_WINDOW_MS);
        this.timer = shared.timer();
        this.executor = shared.executor();
    }

    /// Whether calls are shared at all.
    boolean isOn() {
        return !window.isZero();
    }

    /// What tells a request from all others: a digest of who asks what, and under which
    /// `Idempotency-Key`.
    static String name(String caller, String endpoint, Headers headers, byte[] body) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var part : new String[] {caller, endpoint, key(headers)}) {
                var bytes = part.getBytes(StandardCharsets.UTF_8);
                // With its length before it no part can pass for the end of another.
                digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// The answer to a request: of the call that it repeats, or of one that it makes.
    ///
    /// @param name see [#name]
    /// @param upstream by which the request makes its own call
    /// @param judge says which answers are worth keeping
    /// @throws UpstreamException where there is no answer
    UpstreamAnswer answer(Client client, String name, UpstreamRequest upstream,
            UpstreamRequest.Judge judge, SharedCall.Calling calling) throws UpstreamException {
        return switch (find(name, isRepetition(client.headers()), upstream)) {
            case Found.Kept(var answer, _) -> answer;
            case Found.Joined(var call) -> join(client, call, upstream, calling);
            case Found.Own(var call) -> make(client, name, call, judge, calling);
        };
    }

    /// An SDK says how often it has tried before.
    private static boolean isRepetition(Headers headers) {
        var count = headers.getFirst("x-stainless-retry-count");
        return !key(headers).isEmpty() || count != null && count.matches("[1-9][0-9]{0,3}");
    }

    private static String key(Headers headers) {
        return Objects.requireNonNullElse(headers.getFirst("Idempotency-Key"), "");
    }

    private Found find(String name, boolean repetition, UpstreamRequest upstream) {
        lock.lock();
        try {
            var answer = kept.get(name);
            var call = running.get(name);
            if (repetition && answer != null) {
                return answer;
            }
            if (repetition && call != null) {
                call.join();
                return new Found.Joined(call);
            }
            var own = new SharedCall(upstream);
            running.put(name, own);
            return new Found.Own(own);
        } finally {
            lock.unlock();
        }
    }

    private UpstreamAnswer make(Client client, String name, SharedCall call,
            UpstreamRequest.Judge judge, SharedCall.Calling calling) throws UpstreamException {
        client.onLeaving(() -> leave(call));
        UpstreamAnswer good = null;
        try {
            var answer = call.make(calling);
            good = isGood(answer, judge) ? answer : null;
            return answer;
        } finally {
            finish(name, call, good);
        }
    }

    /// A stream of events belongs to the one that reads it.
    private static boolean isGood(UpstreamAnswer answer, UpstreamRequest.Judge judge)
            throws UpstreamException {
        return answer.isSuccess() && !answer.isEventStream() && judge.status(answer) == GOOD;
    }

    private UpstreamAnswer join(Client client, SharedCall call, UpstreamRequest upstream,
            SharedCall.Calling calling) throws UpstreamException {
        var gone = new CompletableFuture<Void>();
        client.onLeaving(() -> {
            upstream.cancel();
            gone.complete(null);
            leave(call);
        });
        var answer = call.await(gone);
        return answer.isPresent() ? answer.get() : calling.call();
    }

    /// The call goes on for the window, for whoever comes back.
    private void leave(SharedCall call) {
        if (call.leave()) {
            timer.schedule(() -> executor.execute(call::cancelUnlessWaitedFor), window.toNanos(),
                    TimeUnit.NANOSECONDS);
        }
    }

    private void finish(String name, SharedCall call, UpstreamAnswer good)
            throws UpstreamException {
        var length = good == null ? 0 : good.body().length;
        lock.lock();
        try {
            running.remove(name, call);
            if (good != null) {
                keep(name, new Found.Kept(good, length));
            }
        } finally {
            lock.unlock();
        }
    }

    private void keep(String name, Found.Kept answer) {
        forget(name);
        kept.put(name, answer);
        keptBytes += answer.length();
        while (kept.size() > MOST_KEPT || keptBytes > MOST_BYTES) {
            forget(kept.firstEntry().getKey());
        }
        timer.schedule(() -> forget(name, answer), window.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Runs on the timer: the lock is never held for long.
    private void forget(String name, Found.Kept answer) {
        lock.lock();
        try {
            if (kept.get(name) == answer) {
                forget(name);
            }
        } finally {
            lock.unlock();
        }
    }

    private void forget(String name) {
        var answer = kept.remove(name);
        keptBytes -= answer == null ? 0 : answer.length();
    }
}
