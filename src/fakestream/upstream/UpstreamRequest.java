package fakestream.upstream;

import fakestream.concurrent.Guard;
import fakestream.http.ByteBudget;
import fakestream.http.UpstreamKey;
import fakestream.telemetry.Redactor;
import fakestream.telemetry.UpstreamSummary;
import fakestream.upstream.UpstreamException.End;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/// One client's request to the upstream: one call, or several one after another, never two at once.
/// The thread that serves the client begins each call. Any thread may [#cancel()], which ends the
/// running call and forbids another.
public final class UpstreamRequest implements AutoCloseable {
    private final Guard guard = new Guard();
    private final Upstream upstream;
    private final UpstreamKey key;
    private final Map<String, String> headers;
    private final boolean hasKey;
    private final Redactor redactor;
    private final UpstreamCall.Limits limits;
    private final Retries.Allowance allowance;
    private final long started = System.nanoTime();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Consumer<End> ending = this::end;
    /// The memory for the answer to the last call, or for a joined answer.
    private final ByteBudget.Hold bytes;
    private UpstreamCall current;
    private End end;
    private int calls;

    /// A request for one client; it sends nothing yet.
    ///
    /// @param key goes upstream; see [UpstreamTarget#serves]
    /// @param id the id of the client's request
    /// @param clientHeaders the client's request headers; only allowed ones pass
    public UpstreamRequest(Upstream upstream, UpstreamKey key, String id,
            Map<String, List<String>> clientHeaders) {
        this.upstream = upstream;
        this.key = key;
        var headers = upstream.headers(id, clientHeaders);
        this.hasKey = headers.containsKey("Idempotency-Key");
        // Smaller than a tree, and many requests wait.
        this.headers = Map.copyOf(headers);
        this.redactor = upstream.redactorWith(key);
        this.bytes = upstream.bytes();
        this.limits = upstream.limits();
        this.allowance = upstream.retries().allowance(limits.until(), over);
        upstream.open().add(ending);
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
        var head = current == null ? null : current.head();
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

    Upstream upstream() {
        return upstream;
    }

    UpstreamCall.Limits limits() {
        return limits;
    }

    Retries.Allowance allowance() {
        return allowance;
    }

    UpstreamKey key() {
        return key;
    }

    /// Whether the upstream knows the request by its `Idempotency-Key`.
    boolean hasKey() {
        return hasKey;
    }

    /// The headers of all calls, without the upstream's key.
    Map<String, String> headers() {
        return headers;
    }

    /// Hides the secrets that go upstream.
    Redactor redactor() {
        return redactor;
    }

    /// Begins a call, and ends the one before it.
    ///
    /// @param fresh whether it needs a new connection
    UpstreamCall begin(HttpRequest request, boolean fresh, UpstreamCall.Limits limits) {
        return guard.get(() -> {
            if (current != null) {
                current.cancel();
                bytes.settle(0);
            }
            calls++;
            current = upstream.call(request, fresh, bytes, limits, redactor);
            if (end != null) {
                current.end(end);
            }
            return current;
        });
    }
}
