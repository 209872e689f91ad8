package fakestream.upstream;

import java.io.InputStream;
import java.net.ProtocolException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/// The connections to the upstream, managed by the JDK's client. It closes most failed connections.
/// But if it could not read a response's head, it forgets the connection and leaves it open until
/// the client itself ends (measured in 25.0.3). So the next request gets a new client, which costs
/// a millisecond, and the old client shuts down after its last call.
///
/// Its monitor guards the counts and the making of a client; requests that need it wait. Nothing is
/// sent under it.
final class UpstreamConnections {
    private final Supplier<HttpClient> clients;
    private final Set<Counted> used = new HashSet<>();
    private Counted current;

    /// A client and the number of calls that use it.
    private static final class Counted {
        private final HttpClient client;
        private final IdleConnections idle = new IdleConnections();
        private int calls;

        private Counted(HttpClient client) {
            this.client = client;
        }
    }

    /// One request's use of a client. It drops the client at its end: the JDK frees only a client
    /// that nothing reaches, but the client reaches its last requests, and through them this lease.
    final class Lease {
        /// Null after the end; changed under the monitor.
        private volatile Counted counted;
        private volatile Optional<IdleConnections.Idle> kept = Optional.empty();
        private volatile boolean whole;

        private Lease(Counted counted) {
            this.counted = counted;
        }

        /// Sends the request; cancelling the future closes its connection.
        CompletableFuture<HttpResponse<InputStream>> send(HttpRequest request) {
            var sender = counted;
            if (sender == null) {
                return CompletableFuture.failedFuture(new CancellationException());
            }
            var sent = System.nanoTime();
            kept = sender.idle.take(request.uri());
            var response = sender.client.sendAsync(request, BodyHandlers.ofInputStream());
            response.whenComplete((answer, failure) -> {
                if (answer != null) {
                    sender.idle.uses(kept, answer, sent);
                } else if (isForgotten(failure)) {
                    retire(sender);
                }
            });
            return response;
        }

        /// Whether the request went out on a connection kept from an earlier request.
        boolean isKept() {
            return kept.isPresent();
        }

        /// Notes that the answer was read to its end, so its connection may carry another request.
        /// Repeated calls change nothing.
        void keep(HttpResponse<?> answer) {
            var sender = counted;
            if (sender != null && !whole) {
                whole = true;
                sender.idle.keep(answer);
            }
        }

        /// Ends the lease. Repeated calls change nothing.
        void end() {
            synchronized (UpstreamConnections.this) {
                if (counted != null) {
                    counted.calls--;
                    closeIfIdle(counted);
                    counted = null;
                }
            }
        }
    }

    /// @param clients makes a client
    UpstreamConnections(Supplier<HttpClient> clients) {
        this.clients = clients;
    }

    /// Makes the client, so that the first request need not. With TLS this first takes a tenth of a
    /// second.
    synchronized void prepare() {
        current();
    }

    /// A lease for one request; the caller ends it with the request.
    ///
    /// @param alone whether it gets a client of its own, so that no kept connection can serve it
    synchronized Lease lease(boolean alone) {
        var counted = alone ? another() : current();
        counted.calls++;
        return new Lease(counted);
    }

    /// Ends all running calls.
    synchronized void close() {
        used.forEach(counted -> counted.client.shutdownNow());
    }

    /// Whether the client forgets the connection: the head is not HTTP, or its length is no number.
    static boolean isForgotten(Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof ProtocolException || cause instanceof NumberFormatException;
    }

    private synchronized void retire(Counted counted) {
        if (counted == current) {
            current = null;
            closeIfIdle(counted);
        }
    }

    private Counted current() {
        current = current == null ? another() : current;
        return current;
    }

    private Counted another() {
        var made = new Counted(clients.get());
        used.add(made);
        return made;
    }

    private void closeIfIdle(Counted counted) {
        if (counted != current && counted.calls == 0 && used.remove(counted)) {
            counted.client.shutdownNow();
        }
    }
}
