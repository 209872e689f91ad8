package fakestream.upstream;

import fakestream.concurrent.Guard;
import fakestream.http.ByteBudget;
import fakestream.http.UpstreamKey;
import fakestream.json.Parts;
import fakestream.telemetry.Redactor;
import fakestream.telemetry.UpstreamSummary;
import fakestream.upstream.AnswerReader.Judged;
import fakestream.upstream.CallResult.IfLost;
import fakestream.upstream.UpstreamException.End;
import fakestream.upstream.UpstreamException.Kind;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
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

    private final Guard guard = new Guard();
    private final Upstream upstream;
    private final Map<String, String> headers;
    private final Redactor redactor;
    private final UpstreamCall.Limits limits;
    private final long started = System.nanoTime();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Consumer<End> ending = this::end;
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

    /// A request for one client; it sends nothing yet.
    ///
    /// @param key goes upstream
    /// @param id the id of the client's request
    /// @param clientHeaders the client's request headers; only allowed ones pass
    public UpstreamRequest(Upstream upstream, UpstreamKey key, String id,
            Map<String, List<String>> clientHeaders) {
        this.upstream = upstream;
        this.headers = upstream.headers(key, id, clientHeaders);
        this.redactor = upstream.redactorWith(key.value());
        this.bytes = upstream.bytes();
        this.limits = upstream.limits();
        upstream.open().add(ending);
    }

    /// Posts a body to an endpoint such as `chat/completions`, and waits for a usable answer; if
    /// none comes, returns the last answer.
    ///
    /// @param own replace the headers that every request has
    /// @throws UpstreamException if there is no answer at all
    public <T> T post(String endpoint, Map<String, String> own, Parts text,
            AnswerReader<T> reader) throws UpstreamException {
        var body = new AtomicReference<>(text);
        try {
            return tryAll(url -> {
                        var request = request(url, endpoint)
                                .POST(SendingBody.of(body::get, text.length()));
                        own.forEach(request::setHeader);
                        return request.build();
                    }, reader,
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
        var request = request(upstream.urls().getFirst(), endpoint).method(method, new SendingBody(
                body.contentLength() == 0 ? BodyPublishers.noBody() : body));
        headers.forEach(request::setHeader);
        return tryOnce(new Sending<>(request.build(), false, UNREAD, repeatable)).get(UNREAD);
    }

    /// Sends a body that is here already, likewise.
    ///
    /// @throws UpstreamException if no headers come
    public UpstreamAnswer send(String method, String endpoint, Map<String, String> headers,
            Parts text) throws UpstreamException {
        var body = new AtomicReference<>(text);
        try {
            return send(method, endpoint, headers, SendingBody.of(body::get, text.length()),
                    () -> true);
        } finally {
            // The JDK keeps the request as long as its answer is read.
            body.set(null);
        }
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
        var time = Duration.ofNanos(over.orElseGet(System::nanoTime) - started);
        return head == null ? new UpstreamSummary(calls, 0, "", time) : new UpstreamSummary(calls,
                head.status(), head.headersForClient().getOrDefault(HeaderRules.UPSTREAM_ID, ""),
                time);
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
        upstream.open().remove(ending);
    }

    /// Ends it from any thread; the first reason counts.
    private void end(End how) {
        guard.run(() -> {
            end = end == null ? how : end;
            if (current != null) {
                current.end(end);
            }
        });
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
            var sending = new Sending<>(requests.apply(url), true, reader, () -> true);
            last = tryOnce(sending);
            while (last.isWorthAnother(ifLost) && pause(last)) {
                repeated++;
                last = tryOnce(sending);
            }
            if (!last.isWorthAnother(ifLost) || lost && ifLost == IfLost.ASK_AGAIN) {
                break;
            }
        }
        return last.get(reader);
    }

    /// Pauses before another try, at a place in [Retries], which is free again before the call.
    ///
    /// @return false if the request has no time for it, or has ended
    private boolean pause(CallResult<?> last) {
        var retries = upstream.retries();
        var time = last.failure() != null ? retries.pause(repeated + 1)
                : retries.pause(repeated + 1, last.answer().head(), last::delay);
        var patience = Math.min(LONGEST_WAIT - waited, limits.until() - System.nanoTime());
        if (time.isEmpty() || time.get().toNanos() >= patience) {
            return false;
        }
        var pause = time.get().toNanos();
        var from = System.nanoTime();
        try {
            if (!retries.enter(from + patience - pause, () -> over.getCount() == 0)) {
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
            var raw = new UpstreamAnswer(head, call);
            var answer = sending.decoded ? raw.decoded() : raw;
            return new CallResult<>(answer,
                    head.isSuccess() ? sending.reader.read(answer) : null, null);
        } catch (UpstreamException e) {
            upstream.failed(e, redactor);
            return new CallResult<>(null, null, e);
        }
    }

    private UpstreamCall begin(HttpRequest request, boolean fresh) {
        return guard.get(() -> {
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
        });
    }
}
