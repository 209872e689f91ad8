package fakestream.upstream;

import fakestream.http.ByteBudget;
import fakestream.json.Parts;
import fakestream.telemetry.Redactor;
import fakestream.telemetry.UpstreamSummary;
import fakestream.upstream.CallResult.IfLost;
import fakestream.upstream.UpstreamCall.End;
import fakestream.upstream.UpstreamException.Kind;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/// One client's request to the upstream: one call, or several one after another, never two at once.
/// The thread that serves the client sends, and tries again if that may help. Any thread may
/// [#cancel()], which ends the running call and forbids another.
public final class UpstreamRequest implements AutoCloseable {
    /// The limit on all waits of one request together.
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private static final Judge ANY = UpstreamAnswer::status;

    /// Judges an answer with a good status before any of it is sent on.
    @FunctionalInterface
    public interface Judge {
        /// The status that the answer should have come with. If that status may pass, such as 502,
        /// the request is tried again if that is still allowed.
        ///
        /// @throws UpstreamException if the body breaks off
        int status(UpstreamAnswer answer) throws UpstreamException;
    }

    /// The request of a try, and how to treat its answer.
    ///
    /// @param decoded whether the answer's body is to be read, and not passed through
    /// @param repeatable whether the request could be sent once more
    private record Sending(HttpRequest request, boolean decoded, Judge judge,
            BooleanSupplier repeatable) {
    }

    private final Calls upstream;
    private final Consumer<UpstreamRequest> closed;
    private final Map<String, String> headers;
    private final Redactor redactor;
    private final long started = System.nanoTime();
    private final CountDownLatch over = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    /// The memory for the answer to the last call, or for a joined answer.
    private final ByteBudget.Hold bytes;
    private UpstreamCall current;
    private End end;
    private Duration waited = Duration.ZERO;
    private UpstreamAnswer answer;
    private int calls;
    /// How many calls followed a failed one at the same upstream.
    private int repeated;
    /// Whether a call was repeated on a new connection; this happens once.
    private boolean freshened;
    /// Whether an answer was lost that may already be paid for.
    private boolean lost;

    /// @param closed is called when the request is over
    UpstreamRequest(Calls upstream, Map<String, String> headers, Redactor redactor,
            ByteBudget.Hold bytes, Consumer<UpstreamRequest> closed) {
        this.closed = closed;
        this.bytes = bytes;
        this.upstream = upstream;
        this.headers = headers;
        this.redactor = redactor;
    }

    /// Posts a body to an endpoint such as `chat/completions`, and waits for a usable answer; if
    /// none comes, returns the last answer.
    ///
    /// @param own replace the headers that every request has
    /// @throws UpstreamException if there is no answer at all
    public UpstreamAnswer post(String endpoint, Map<String, String> own, Parts text, Judge judge)
            throws UpstreamException {
        var body = new AtomicReference<>(text);
        try {
            return tryAll(url -> {
                        var request = request(url, endpoint)
                                .POST(SendingBody.of(body::get, text.length()));
                        own.forEach(request::setHeader);
                        return request.build();
                    }, judge,
                    headers.containsKey("Idempotency-Key") ? IfLost.ASK_AGAIN : IfLost.GIVE_UP);
        } finally {
            // The JDK keeps the request as long as its answer is read.
            body.set(null);
        }
    }

    /// Gets an endpoint such as `models`, and waits for the answer's headers.
    ///
    /// @throws UpstreamException if none come
    public UpstreamAnswer get(String endpoint) throws UpstreamException {
        return tryAll(url -> request(url, endpoint).GET().build(), ANY, IfLost.ASK_ANYBODY);
    }

    /// Sends any method with any body to the first upstream, without trying again, and waits for
    /// the answer's headers. The answer's body comes as it is.
    ///
    /// @param headers in addition to those that every request has
    /// @throws UpstreamException if no headers come
    public UpstreamAnswer send(String method, String endpoint, Map<String, String> headers,
            StreamedBody body) throws UpstreamException {
        var request = request(upstream.urls().getFirst(), endpoint).method(method,
                body.contentLength() == 0 ? BodyPublishers.noBody() : body);
        headers.forEach(request::setHeader);
        return tryOnce(new Sending(request.build(), false, ANY, body::canBeSentAgain)).get();
    }

    /// An answer that another request's call brought, as if this request had made that call.
    ///
    /// @throws UpstreamException if there is no memory for it
    public UpstreamAnswer open(StoredAnswer joined) throws UpstreamException {
        var grant = bytes.grow((long) ByteBudget.COPIES * joined.body().length,
                started + upstream.limits().total().toNanos());
        if (grant != ByteBudget.Grant.GIVEN) {
            throw UpstreamException.noRoom(grant, bytes, upstream.limits().bytes());
        }
        return UpstreamAnswer.of(joined);
    }

    /// The metrics of its calls; for the thread that serves the client.
    public UpstreamSummary figures() {
        var over = current == null ? OptionalLong.empty() : current.over();
        return new UpstreamSummary(calls, answer == null ? 0 : answer.status(),
                answer == null ? "" : answer.id(),
                Duration.ofNanos(over.orElseGet(System::nanoTime) - started));
    }

    /// Ends the running call, from any thread; the upstream sees its connection close.
    public void cancel() {
        end(End.CANCELLED);
    }

    /// Ends the request, whether or not the last answer was read.
    @Override
    public void close() {
        cancel();
        bytes.close();
        closed.accept(this);
    }

    /// Ends it from any thread; the first reason counts.
    void end(End how) {
        lock.lock();
        try {
            end = end == null ? how : end;
            if (current != null) {
                current.end(end);
            }
        } finally {
            lock.unlock();
        }
        over.countDown();
        bytes.end();
        upstream.retries().wake();
    }

    private HttpRequest.Builder request(UpstreamUrl url, String endpoint) {
        var request = HttpRequest.newBuilder(url.at(endpoint));
        headers.forEach(request::setHeader);
        return request;
    }

    /// Asks one upstream after another, until another call would not help, or might be paid for
    /// twice. A request makes at most 1 + RETRY_MAX + fallbacks calls, and one on a new connection.
    private UpstreamAnswer tryAll(Function<UpstreamUrl, HttpRequest> requests, Judge judge,
            IfLost ifLost) throws UpstreamException {
        CallResult last = null;
        for (var url : upstream.urls()) {
            last = tryAgain(new Sending(requests.apply(url), true, judge, () -> true), ifLost);
            if (!last.isWorthAnother(ifLost) || lost && ifLost == IfLost.ASK_AGAIN) {
                break;
            }
        }
        return last.get();
    }

    private CallResult tryAgain(Sending sending, IfLost ifLost) {
        var last = tryOnce(sending);
        while (last.isWorthAnother(ifLost)) {
            var pause = pause(last);
            if (pause.isEmpty() || !await(pause.get())) {
                return last;
            }
            repeated++;
            last = tryOnce(sending);
        }
        return last;
    }

    /// How long to wait before another try; empty if the request has no more time for it.
    private Optional<Duration> pause(CallResult last) {
        var pause = last.failure() == null ? upstream.retries().pause(repeated + 1, last.answer())
                : upstream.retries().pause(repeated + 1);
        return pause.filter(time -> time.compareTo(patience()) < 0);
    }

    /// How much longer this request may wait.
    private Duration patience() {
        var left = LONGEST_WAIT.minus(waited);
        var total = upstream.limits().total().minus(elapsed());
        return left.compareTo(total) < 0 ? left : total;
    }

    /// Waits for a place in [Retries], and pauses. The place is free again before the next call.
    ///
    /// @return whether the request still goes on after that
    private boolean await(Duration pause) {
        var retries = upstream.retries();
        var from = System.nanoTime();
        try {
            if (!retries.enter(from + patience().minus(pause).toNanos(),
                    () -> over.getCount() == 0)) {
                return false;
            }
            try {
                return !over.await(pause.toNanos(), TimeUnit.NANOSECONDS);
            } finally {
                retries.leave();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            waited = waited.plusNanos(System.nanoTime() - from);
        }
    }

    /// Makes a call; repeats it on a new connection if the upstream had closed the kept one.
    private CallResult tryOnce(Sending sending) {
        var last = call(sending, false);
        if (last.failure() != null && last.failure().kind() == Kind.STALE && !freshened
                && sending.repeatable.getAsBoolean()) {
            freshened = true;
            last = call(sending, true);
        }
        lost |= last.isLost();
        return last;
    }

    private CallResult call(Sending sending, boolean fresh) {
        try {
            answer = null;
            var call = begin(sending.request, fresh);
            var head = call.head();
            var raw = UpstreamAnswer.raw(call, head.statusCode(), head.headers(), redactor);
            answer = sending.decoded ? raw.decoded() : raw;
            return new CallResult(answer, null, answer.isSuccess() ? sending.judge.status(answer)
                    : answer.status());
        } catch (UpstreamException e) {
            upstream.failed(e, redactor);
            return new CallResult(null, e, e.status());
        }
    }

    private UpstreamCall begin(HttpRequest request, boolean fresh) {
        lock.lock();
        try {
            if (current != null) {
                current.cancel();
                bytes.settle(0);
            }
            calls++;
            current = upstream.call(request, fresh, bytes, elapsed());
            if (end != null) {
                current.end(end);
            }
            return current;
        } finally {
            lock.unlock();
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
