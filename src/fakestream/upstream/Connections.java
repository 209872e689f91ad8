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
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The connections to the upstream, in the care of the JDK's client. That closes most of those that
/// fail, but none on which it could not read a response's head: it forgets them, open. They only
/// go with the client (measured in 25.0.3), so the next request gets a new one, which costs a
/// millisecond, and the old one is shut down behind the last call that uses it.
///
/// The lock guards the counts, and the making of a client, for which others have to wait who need
/// it too; nothing is sent under it.
final class Connections {
    private final Supplier<HttpClient> clients;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Counted> used = new HashSet<>();
    private Counted current;

    /// A client, and how many calls use it.
    private static final class Counted {
        private final HttpClient client;
        private final IdleConnections idle = new IdleConnections();
        private int calls;

        private Counted(HttpClient client) {
            this.client = client;
        }
    }

    /// The use of a client for one request. It lets go of the client at its end: the JDK frees a
    /// client that nothing reaches, but itself reaches from it the requests that it sent last, and
    /// from those this lease.
    final class Lease {
        /// Null once it has ended; changed under the lock.
        private volatile Counted counted;
        private volatile Optional<IdleConnections.Idle> kept = Optional.empty();
        private volatile boolean whole;

        private Lease(Counted counted) {
            this.counted = counted;
        }

        /// Sends the request; to cancel the future closes its connection.
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

        /// Whether the request went out on a connection that was kept from an earlier one.
        boolean isKept() {
            return kept.isPresent();
        }

        /// The answer was read to its end, so that its connection may carry another request; to say
        /// so again changes nothing.
        void keep(HttpResponse<?> answer) {
            var sender = counted;
            if (sender != null && !whole) {
                whole = true;
                sender.idle.keep(answer);
            }
        }

        /// The call is over; to say so again changes nothing.
        void end() {
            lock.lock();
            try {
                if (counted != null) {
                    counted.calls--;
                    closeIfIdle(counted);
                    counted = null;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /// @param clients makes a client
    Connections(Supplier<HttpClient> clients) {
        this.clients = clients;
    }

    /// Makes the client, which takes the JDK a tenth of a second the first time where there is
    /// TLS; without this the first request does.
    void prepare() {
        lock.lock();
        try {
            current();
        } finally {
            lock.unlock();
        }
    }

    /// For one request, to be ended with it.
    Lease lease() {
        lock.lock();
        try {
            var counted = current();
            counted.calls++;
            return new Lease(counted);
        } finally {
            lock.unlock();
        }
    }

    /// For one request, with a client of its own, so that no kept connection can serve it.
    Lease leaseAlone() {
        lock.lock();
        try {
            var alone = new Counted(clients.get());
            used.add(alone);
            alone.calls++;
            return new Lease(alone);
        } finally {
            lock.unlock();
        }
    }

    /// Ends all that is under way.
    void close() {
        lock.lock();
        try {
            used.forEach(counted -> counted.client.shutdownNow());
        } finally {
            lock.unlock();
        }
    }

    /// A head that is no HTTP, or has a length that is no number.
    static boolean isForgotten(Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof ProtocolException || cause instanceof NumberFormatException;
    }

    private void retire(Counted counted) {
        lock.lock();
        try {
            if (counted == current) {
                current = null;
                closeIfIdle(counted);
            }
        } finally {
            lock.unlock();
        }
    }

    private Counted current() {
        if (current == null) {
            current = new Counted(clients.get());
            used.add(current);
        }
        return current;
    }

    private void closeIfIdle(Counted counted) {
        if (counted != current && counted.calls == 0 && used.remove(counted)) {
            counted.client.shutdownNow();
        }
    }
}
