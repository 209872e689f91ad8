package fakestream.upstream;

import fakestream.http.ByteBudget;
import fakestream.json.Parts;
import fakestream.telemetry.Redactor;
import fakestream.telemetry.UpstreamSummary;
import fakestream.upstream.AnswerReader.Judged;
import fakestream.upstream.CallResult.IfLost;
import fakestream.upstream.UpstreamCall.End;
import fakestream.upstream.UpstreamException.Kind;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/// One client's request to the upstream: one call, or several one after another, never two at once.
/// The thread that serves the client sends, and tries again if that may help. Any thread may
/// [#cancel()], which ends the running call and forbids another.
public final class UpstreamRequest implements AutoCloseable {
    /// The limit on all waits of one request together, in nanoseconds.
    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(60);

    /// Leaves the reading to the caller.
    private static final AnswerReader<UpstreamAnswer> UNREAD =
            answer -> new Judged<>(answer, answer.head().status(), Optional.empty());

    /// The request of a try, and how to treat its answer.
    ///
    /// @param decoded whether the answer's body is to be read, and not passed through
    /// @param repeatable whether the request could be sent once more
    private record Sending<T>(HttpRequest request, boolean decoded, AnswerReader<T> reader,
            BooleanSupplier repeatable) {
    }

    private final Calls upstream;
    private final Consumer<UpstreamRequest> closed;
    private final Map<String, String> headers;
    private final Redactor redactor;
    private final CallLimits limits;
    private final long started = System.nanoTime();
    private final CountDownLatch over = new CountDownLatch(1);
    /// The memory for the answer to the last call, or for a joined answer.
    private final ByteBudget.Hold bytes;
    private UpstreamCall current;
    private End end;
    /// In nanoseconds.
    private long waited;
    /// Of the last answer, or null. The body is not kept here.
    private UpstreamHead head;
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
        this.limits = upstream.limits();
    }

    /// Posts JSON to an endpoint such as `chat/completions`, and waits for a usable answer; if none
    /// comes, returns the last answer.
    ///
    /// @throws UpstreamException if there is no answer at all
    public <T> T post(String endpoint, Parts json, AnswerReader<T> reader)
            throws UpstreamException {
        var body = new AtomicReference<>(json);
        try {
            return tryAll(url -> request(url, endpoint).header("Content-Type", "application/json")
                    .POST(SendingBody.of(body::get, json.length())).build(), reader,
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
        return tryAll(url -> request(url, endpoint).GET().build(), UNREAD, IfLost.ASK_ANYBODY);
    }

    /// Sends any method with any body to the first upstream, without trying again, and waits for
    /// the answer's headers. The answer's body comes as it is.
    ///
    /// @param headers in addition to those that every request has
    /// @param repeatable whether the body could be sent once more from its beginning
    /// @throws UpstreamException if no headers come
    public UpstreamAnswer send(String method, String endpoint, Map<String, String> headers,
            BodyPublisher body, BooleanSupplier repeatable) throws UpstreamException {
        var request = request(upstream.urls().getFirst(), endpoint).method(method,
                body.contentLength() == 0 ? BodyPublishers.noBody() : body);
        headers.forEach(request::setHeader);
        return tryOnce(new Sending<>(request.build(), false, UNREAD, repeatable)).get(UNREAD);
    }

    /// An answer that another request's call brought, as if this request had made that call.
    ///
    /// @throws UpstreamException if there is no memory for it
    public UpstreamAnswer open(StoredAnswer joined) throws UpstreamException {
        var grant = bytes.grow((long) ByteBudget.COPIES * joined.body().length, limits.until());
        if (grant != ByteBudget.Grant.GIVEN) {
            throw UpstreamException.noRoom(grant, bytes, limits.bytes());
        }
        return UpstreamAnswer.of(joined);
    }

    /// The metrics of its calls; for the thread that serves the client.
    public UpstreamSummary figures() {
        var over = current == null ? OptionalLong.empty() : current.over();
        return new UpstreamSummary(calls, head == null ? 0 : head.status(),
                head == null ? "" : head.id(),
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
        synchronized (this) {
            end = end == null ? how : end;
            if (current != null) {
                current.end(end);
            }
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
    private <T> T tryAll(Function<UpstreamUrl, HttpRequest> requests, AnswerReader<T> reader,
            IfLost ifLost) throws UpstreamException {
        CallResult<T> last = null;
        for (var url : upstream.urls()) {
            last = tryAgain(new Sending<>(requests.apply(url), true, reader, () -> true), ifLost);
            if (!last.isWorthAnother(ifLost) || lost && ifLost == IfLost.ASK_AGAIN) {
                break;
            }
        }
        return last.get(reader);
    }

    private <T> CallResult<T> tryAgain(Sending<T> sending, IfLost ifLost) {
        var last = tryOnce(sending);
        while (last.isWorthAnother(ifLost)) {
            var pause = pause(last);
            if (pause.isEmpty() || !await(pause.get().toNanos())) {
                return last;
            }
            repeated++;
            last = tryOnce(sending);
        }
        return last;
    }

    /// How long to wait before another try; empty if the request has no more time for it.
    private Optional<Duration> pause(CallResult<?> last) {
        var pause = last.failure() == null
                ? upstream.retries().pause(repeated + 1, last.answer().head(), last::delay)
                : upstream.retries().pause(repeated + 1);
        return pause.filter(time -> time.toNanos() < patience());
    }

    /// How much longer this request may wait, in nanoseconds.
    private long patience() {
        return Math.min(LONGEST_WAIT - waited, limits.until() - System.nanoTime());
    }

    /// Waits for a place in [Retries], and pauses. The place is free again before the next call.
    ///
    /// @param pause in nanoseconds
    /// @return whether the request still goes on after that
    private boolean await(long pause) {
        var retries = upstream.retries();
        var from = System.nanoTime();
        try {
            if (!retries.enter(from + patience() - pause, () -> over.getCount() == 0)) {
                return false;
            }
            try {
                return !over.await(pause, TimeUnit.NANOSECONDS);
            } finally {
                retries.leave();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            waited += System.nanoTime() - from;
        }
    }

    /// Makes a call; repeats it on a new connection if the upstream had closed the kept one.
    private <T> CallResult<T> tryOnce(Sending<T> sending) {
        var last = call(sending, false);
        if (last.failure() != null && last.failure().kind() == Kind.STALE && !freshened
                && sending.repeatable.getAsBoolean()) {
            freshened = true;
            last = call(sending, true);
        }
        lost |= last.isLost();
        return last;
    }

    private <T> CallResult<T> call(Sending<T> sending, boolean fresh) {
        try {
            head = null;
            var call = begin(sending.request, fresh);
            var response = call.head();
            head = new UpstreamHead(response.statusCode(), response.headers(), redactor);
            var raw = UpstreamAnswer.raw(call, head);
            var answer = sending.decoded ? raw.decoded() : raw;
            return new CallResult<>(answer,
                    head.isSuccess() ? sending.reader.read(answer) : null, null);
        } catch (UpstreamException e) {
            upstream.failed(e, redactor);
            return new CallResult<>(null, null, e);
        }
    }

    private synchronized UpstreamCall begin(HttpRequest request, boolean fresh) {
        if (current != null) {
            current.cancel();
            bytes.settle(0);
        }
        calls++;
        current = upstream.call(request, fresh, bytes, limits);
        if (end != null) {
            current.end(end);
        }
        return current;
    }
}
