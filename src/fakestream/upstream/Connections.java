package fakestream.upstream;

import java.io.InputStream;
import java.net.ProtocolException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/// The connections to the upstream, in the care of the JDK's client. That closes most of those that
/// fail, but none on which it could not read a response's head: it forgets them, open. They only
/// go with the client (measured in 25.0.3), so it is then replaced by a new one, which costs a
/// millisecond, and what the old one has under way still comes to its end.
///
/// The lock is for its replacement alone: those who send share it, so that none sends by a client
/// that takes no more requests.
final class Connections {
    private final Supplier<HttpClient> clients;
    private final Set<HttpClient> retired = ConcurrentHashMap.newKeySet();
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private HttpClient client;

    /// A request, and the client that it was sent by.
    private record Sent(HttpClient by, CompletableFuture<HttpResponse<InputStream>> response) {
    }

    /// @param clients makes a client
    Connections(Supplier<HttpClient> clients) {
        this.clients = clients;
        this.client = clients.get();
    }

    /// Sends a request; to cancel the future closes its connection.
    CompletableFuture<HttpResponse<InputStream>> send(HttpRequest request) {
        var sent = sendNow(request);
        // Behind the lock, because what has failed already is looked at by this thread.
        sent.response.whenComplete((_, failure) -> {
            if (isForgotten(failure)) {
                replace(sent.by);
            }
        });
        return sent.response;
    }

    /// Ends all that is under way.
    void close() {
        lock.writeLock().lock();
        try {
            client.shutdownNow();
            retired.forEach(HttpClient::shutdownNow);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private Sent sendNow(HttpRequest request) {
        lock.readLock().lock();
        try {
            return new Sent(client, client.sendAsync(request, BodyHandlers.ofInputStream()));
        } finally {
            lock.readLock().unlock();
        }
    }

    /// A head that is no HTTP, or has a length that is no number.
    private static boolean isForgotten(Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof ProtocolException || cause instanceof NumberFormatException;
    }

    private void replace(HttpClient used) {
        lock.writeLock().lock();
        try {
            if (client == used) {
                client = clients.get();
                retired.removeIf(HttpClient::isTerminated);
                retired.add(used);
                used.shutdown();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
