package fakestream.upstream;

import fakestream.http.ByteBudget;
import fakestream.http.ByteBudget.Grant;
import fakestream.http.ContentCoding;
import fakestream.telemetry.Redactor;
import fakestream.upstream.UpstreamException.End;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// One running request to the upstream. The thread that serves the client sends it, waits in
/// [#await] and reads the body. A timer watches the deadlines, because `HttpRequest.timeout` ends
/// once the headers are in. Any thread may [#end] the call. The first end sets the reason, and
/// closes the upstream's connection.
final class UpstreamCall {
    /// The limits of one request's calls.
    ///
    /// @param first the longest wait for a head; zero for no limit
    /// @param idle the longest silence inside a body
    /// @param until when the time for the answer is up, with all tries, by `System.nanoTime`
    /// @param bytes the most bytes of a body
    record Limits(Duration first, Duration idle, long until, int bytes) {
        /// These limits for a request that passes through: its body may take any time.
        Limits passing() {
            return new Limits(Duration.ZERO, idle, until, bytes);
        }
    }

    private static final int SHORT = 8 * 1024;
    private static final int PROXY_WANTS_LOGIN = 407;

    private final HttpRequest request;
    private final Limits limits;
    private final ScheduledExecutorService timer;
    private final Executor executor;
    private final long started = System.nanoTime();
    private final UpstreamConnections.Lease lease;
    private final CallFailure failures;
    private final ByteBudget.Hold bytes;
    private final Redactor redactor;
    private volatile CompletableFuture<HttpResponse<InputStream>> response;
    private final AtomicReference<End> end = new AtomicReference<>();
    private volatile Future<?> nextLook = CompletableFuture.completedFuture(null);
    private volatile HttpResponse<InputStream> received;
    private volatile UpstreamHead head;
    private volatile boolean reading;
    private volatile long readingSince;
    /// Bytes of the body that are still to come; negative if the answer does not say.
    private volatile long untilEnd;
    private OptionalLong over = OptionalLong.empty();

    /// @param request with a [SendingBody] or none
    /// @param bytes the memory for its answer; the call's end does not free it
    UpstreamCall(UpstreamConnections.Lease lease, HttpRequest request, Limits limits,
            ByteBudget.Hold bytes, Redactor redactor, ScheduledExecutorService timer,
            Executor executor) {
        this.bytes = bytes;
        this.redactor = redactor;
        this.request = request;
        this.limits = limits;
        this.timer = timer;
        this.executor = executor;
        this.lease = lease;
        this.failures = new CallFailure(lease, lease.way(request), request, started);
    }

    /// Sends the request and waits for the answer's headers. The caller must hold no lock, so that
    /// a thread that ends the call need not wait.
    ///
    /// @return the head of the answer, whose body [#body] reads
    /// @throws UpstreamException if no headers come
    UpstreamHead await() throws UpstreamException {
        try {
            watch();
            response = lease.send(request);
            if (end.get() != null) {
                response.cancel(true);
            }
            received = response.get();
            if (end.get() != null) {
                closeBody();
            }
            var came = new UpstreamHead(received.statusCode(), received.headers(), redactor);
            untilEnd = came.length();
            check(came.status(), came.headers());
            head = came;
            return came;
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (CancellationException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(e);
        }
    }

    /// Ends the call, from any thread; the upstream sees its connection close.
    void end(End how) {
        if (end.compareAndSet(null, how)) {
            nextLook.cancel(false);
            if (response != null) {
                response.cancel(true);
            }
            closeBody();
            // So short a body has arrived, and the client keeps the connection even if it stays
            // unread.
            if (untilEnd > 0 && untilEnd <= SHORT) {
                lease.keep(received);
            }
            lease.end();
        }
    }

    void cancel() {
        end(End.CANCELLED);
    }

    /// The body. The upstream counts as silent only while a read waits: between two reads the
    /// client takes its time.
    InputStream body() {
        return new ContentCoding.ByBuffers() {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                readingSince = System.nanoTime();
                reading = true;
                try {
                    var n = received.body().read(buffer, offset, length);
                    untilEnd -= Math.max(n, 0);
                    if (n < 0 || untilEnd == 0) {
                        lease.keep(received);
                    }
                    return n;
                } finally {
                    reading = false;
                }
            }
        };
    }

    /// Holds this many bytes of the heap for the answer, and waits for them if it must. The
    /// upstream does not count as silent meanwhile.
    ///
    /// @return the hold, to give bytes back
    /// @throws UpstreamException if they never fit, their turn does not come, or the call ends
    ByteBudget.Hold hold(long count) throws UpstreamException {
        var grant = bytes.grow(count, limits.until());
        if (grant != Grant.GIVEN) {
            cancel();
            throw grant == Grant.ENDED ? failure(null)
                    : UpstreamException.noRoom(grant, bytes, limits.bytes());
        }
        return bytes;
    }

    /// Notes how many bytes of the body have come in all, and whether there are no more; the
    /// reading thread calls it.
    ///
    /// @throws UpstreamException if there are too many
    void came(int count, boolean ended) throws UpstreamException {
        if (ended) {
            over = OptionalLong.of(System.nanoTime());
        } else if (count > limits.bytes()) {
            cancel();
            throw UpstreamException.tooLarge();
        }
    }

    /// The head of its answer; null before it has come.
    UpstreamHead head() {
        return head;
    }

    /// When the answer ended or failed, by `System.nanoTime`.
    OptionalLong over() {
        return over;
    }

    /// RFC 9110 section 15 defines no status above 599, and no client could interpret one. Of two
    /// lengths the JDK's client trusts one, but RFC 9112 section 6.3 suspects response splitting.
    /// The JDK's client gives the proxy's own 407 as if it were the upstream's.
    private void check(int status, HttpHeaders headers) throws UpstreamException {
        if (status == PROXY_WANTS_LOGIN && failures.way().proxy().isPresent()) {
            cancel();
            throw failures.ofProxy(502, "wants a user and a password, it answered 407", null);
        }
        var isKnown = status >= 100 && status <= 599;
        if (!isKnown || !headers.allValues("transfer-encoding").isEmpty()
                && !headers.allValues("content-length").isEmpty()) {
            cancel();
            throw UpstreamException.notAnAnswer("upstream_invalid", "the upstream's answer "
                    + (isKnown ? "gives its length in two ways"
                            : "has the status " + status + ", which HTTP does not define"));
        }
    }

    /// Runs on the timer without blocking it. Ends the call if it is overdue, or else comes back
    /// when it could be.
    private void watch() {
        if (end.get() != null) {
            return;
        }
        var now = System.nanoTime();
        var untilTotal = limits.until() - now;
        var untilIdle = limits.idle().toNanos() - (reading ? now - readingSince : 0);
        var untilHead = limits.first().isZero() || received != null ? untilTotal
                : started + limits.first().toNanos() - now;
        var untilTunnel = failures.waitsForTunnel()
                ? started + lease.connectTimeout().toNanos() - now : untilTotal;
        var next = Math.min(Math.min(untilTotal, untilIdle), Math.min(untilHead, untilTunnel));
        if (next <= 0) {
            executor.execute(() -> end(untilTotal <= 0 ? End.TIMEOUT
                    : untilTunnel <= 0 ? End.NO_TUNNEL
                    : received == null ? End.SLOW : End.IDLE));
        } else {
            nextLook = timer.schedule(this::watch, next, TimeUnit.NANOSECONDS);
            if (end.get() != null) {
                nextLook.cancel(false);
            }
        }
    }

    private void closeBody() {
        try {
            // The proxy's own 407 has no body.
            if (received != null && received.body() != null) {
                received.body().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("closing only cancels, it sends nothing", e);
        }
    }

    /// Why the call has no answer, or its body broke off.
    UpstreamException failure(Throwable cause) {
        over = OptionalLong.of(System.nanoTime());
        var how = end.get();
        return how == End.NO_TUNNEL ? failures.lateTunnel(cause)
                : how != null ? UpstreamException.ended(how, cause)
                : received == null ? failures.of(cause) : UpstreamException.truncated(cause);
    }
}
