package fakestream.upstream;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// What one client's request asks of the upstream: one call, or several behind each other, never
/// two at once. The thread that serves the client sends; any thread may [#cancel()], which ends the
/// call that is under way and forbids another.
public final class UpstreamRequest implements AutoCloseable {
    private final Function<HttpRequest, UpstreamCall> caller;
    private final Function<String, HttpRequest.Builder> requests;
    private final ReentrantLock lock = new ReentrantLock();
    private UpstreamCall current;
    private boolean cancelled;

    UpstreamRequest(Function<HttpRequest, UpstreamCall> caller,
            Function<String, HttpRequest.Builder> requests) {
        this.caller = caller;
        this.requests = requests;
    }

    /// Posts JSON to an endpoint such as `chat/completions`, and waits for the response's headers.
    ///
    /// @throws UpstreamException where none come
    public UpstreamAnswer post(String endpoint, byte[] json) throws UpstreamException {
        return answer(requests.apply(endpoint).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(json)).build());
    }

    /// Asks for an endpoint such as `models`, and waits for the response's headers.
    ///
    /// @throws UpstreamException where none come
    public UpstreamAnswer get(String endpoint) throws UpstreamException {
        return answer(requests.apply(endpoint).GET().build());
    }

    /// Sends any method with any body, and waits for the response's headers.
    ///
    /// @param headers beside those that every request has
    /// @throws UpstreamException where none come
    public UpstreamAnswer send(String method, String endpoint, Map<String, String> headers,
            HttpRequest.BodyPublisher body) throws UpstreamException {
        var request = requests.apply(endpoint);
        headers.forEach(request::setHeader);
        return answer(request.method(method, body).build());
    }

    /// Ends the call that is under way, from any thread: the upstream sees its connection close.
    public void cancel() {
        lock.lock();
        try {
            cancelled = true;
            if (current != null) {
                current.cancel();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The end, whether or not the last answer was read.
    @Override
    public void close() {
        cancel();
    }

    private UpstreamAnswer answer(HttpRequest request) throws UpstreamException {
        return begin(request).answer();
    }

    private UpstreamCall begin(HttpRequest request) {
        lock.lock();
        try {
            if (current != null) {
                current.cancel();
            }
            current = caller.apply(request);
            if (cancelled) {
                current.cancel();
            }
            return current;
        } finally {
            lock.unlock();
        }
    }
}
