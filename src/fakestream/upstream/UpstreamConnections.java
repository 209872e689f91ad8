package fakestream.upstream;

import fakestream.concurrent.Guard;
import fakestream.http.HttpToken;
import fakestream.upstream.way.Way;
import fakestream.upstream.way.WayOut;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The connections to the upstream, managed by the JDK's client. It closes most failed connections.
/// But if it could not read a response's head, it forgets the connection and leaves it open until
/// the client itself ends (measured in 25.0.3). So the next request gets a new client, which costs
/// a millisecond, and the old client shuts down after its last call.
///
/// Its guard protects the counts and the making of a client; requests that need it wait. Nothing is
/// sent under it.
final class UpstreamConnections {
    /// How long the client keeps a connection; it drops one up to some seconds late.
    private static final long KEPT = TimeUnit.SECONDS.toNanos(
            2 + Integer.getInteger("jdk.httpclient.keepalive.timeout", 30));
    private static final long MOMENT = TimeUnit.SECONDS.toNanos(1);

    private static final Duration FOREVER = ChronoUnit.CENTURIES.getDuration();

    private final Guard guard = new Guard();
    private final Supplier<HttpClient> clients;
    private final Set<Client> used = new HashSet<>();
    private Client current;

    /// A kept connection.
    ///
    /// @param since when its last answer ended, by `System.nanoTime`
    private record Idle(String label, long since) {
        /// Whether it was idle for longer than this, at that time.
        private boolean isOlderThan(long nanos, long then) {
            return then - since > nanos;
        }
    }

    /// A client, the number of calls that use it, and the connections that it keeps. It tells
    /// whether a request goes out on a kept connection: the JDK's client uses one whenever it has
    /// one, and does not say so. But each response names its connection
    /// (`HttpResponse.connectionLabel`). Its own guard protects the map.
    private static final class Client {
        private final Guard guard = new Guard();
        private final HttpClient http;
        /// By host and port, then by label. The client takes the last one next. The first is the
        /// oldest, except after a wrong guess, which goes back in front.
        private final Map<String, SequencedMap<String, Idle>> idle = new HashMap<>();
        private int calls;

        private Client(HttpClient http) {
            this.http = http;
        }

        /// Notes that a request is sent: whichever kept connection it takes, one fewer is left.
        ///
        /// @return the connection that was most likely taken; empty for a new connection
        private Optional<Idle> take(URI target) {
            return guard.get(() -> {
                var kept = kept(target);
                var now = System.nanoTime();
                while (!kept.isEmpty() && kept.firstEntry().getValue().isOlderThan(KEPT, now)) {
                    kept.pollFirstEntry();
                }
                var last = kept.pollLastEntry();
                while (last != null && last.getValue().isOlderThan(KEPT, now)) {
                    last = kept.pollLastEntry();
                }
                return Optional.ofNullable(last).map(Map.Entry::getValue);
            });
        }

        /// Corrects the guess of [#take(URI)]: the response names its connection. If that is
        /// another one, the guessed one is still kept. If it is a new one, the client had no kept
        /// connection when the request was sent, except those whose answer had only just ended:
        /// the client keeps them a moment later.
        ///
        /// @param sent when the request was sent, by `System.nanoTime`
        private void uses(Optional<Idle> taken, HttpResponse<?> response, long sent) {
            guard.run(() -> {
                var label = response.connectionLabel().orElse("");
                if (taken.isEmpty() || taken.get().label.equals(label)) {
                    return;
                }
                var kept = kept(response.uri());
                kept.putFirst(taken.get().label, taken.get());
                if (kept.remove(label) == null) {
                    kept.values().removeIf(idle -> idle.isOlderThan(MOMENT, sent));
                }
            });
        }

        /// Notes that a response was read to its end, so its connection may carry another request.
        private void keep(HttpResponse<?> response) {
            guard.run(() -> {
                if (mayCarryAnother(response.headers())) {
                    response.connectionLabel().ifPresent(label ->
                            kept(response.uri()).putLast(label, new Idle(label, System.nanoTime(
                                    ))));
                }
            });
        }

        /// Whether the body has an end of its own, and the connection stays open after it.
        private static boolean mayCarryAnother(HttpHeaders headers) {
            return !HttpToken.isListed("close", headers.allValues("connection"))
                    && (!headers.allValues("content-length").isEmpty()
                    || !headers.allValues("transfer-encoding").isEmpty());
        }

        private SequencedMap<String, Idle> kept(URI target) {
            return idle.computeIfAbsent(target.getRawAuthority(), _ -> new LinkedHashMap<>());
        }
    }

    /// One request's use of a client. It drops the client at its end: the JDK frees only a client
    /// that nothing reaches, but the client reaches its last requests, and through them this lease.
    final class Lease {
        /// Null after the end; changed under the guard.
        private volatile Client client;
        private volatile Optional<Idle> kept = Optional.empty();
        private volatile boolean whole;
        private final Optional<WayOut> ways;
        private final Duration connectTimeout;

        private Lease(Client client) {
            this.client = client;
            this.ways = client.http.proxy().filter(WayOut.class::isInstance)
                    .map(WayOut.class::cast);
            this.connectTimeout = client.http.connectTimeout().orElse(FOREVER);
        }

        /// Sends the request; cancelling the future closes its connection.
        CompletableFuture<HttpResponse<InputStream>> send(HttpRequest request) {
            var sender = client;
            if (sender == null) {
                return CompletableFuture.failedFuture(new CancellationException());
            }
            var sent = System.nanoTime();
            kept = sender.take(request.uri());
            var response = sender.http.sendAsync(way(request).authorized(request),
                    BodyHandlers.ofInputStream());
            response.whenComplete((answer, failure) -> {
                if (answer != null) {
                    sender.uses(kept, answer, sent);
                } else if (isForgotten(failure)) {
                    retire(sender);
                }
            });
            return response;
        }

        /// The way that this request takes.
        Way way(HttpRequest request) {
            return ways.map(it -> it.to(request.uri())).orElse(Way.DIRECT);
        }

        /// The longest wait for a connection.
        Duration connectTimeout() {
            return connectTimeout;
        }

        /// Whether the request went out on a connection kept from an earlier request.
        boolean isKept() {
            return kept.isPresent();
        }

        /// Notes that the answer was read to its end, so its connection may carry another request.
        /// Repeated calls change nothing.
        void keep(HttpResponse<?> answer) {
            var sender = client;
            if (sender != null && !whole) {
                whole = true;
                sender.keep(answer);
            }
        }

        /// Ends the lease. Repeated calls change nothing.
        void end() {
            guard.run(() -> {
                if (client != null) {
                    client.calls--;
                    closeIfIdle(client);
                    client = null;
                }
            });
        }
    }

    /// @param clients makes a client
    UpstreamConnections(Supplier<HttpClient> clients) {
        this.clients = clients;
    }

    /// A lease for one request; the caller ends it with the request.
    ///
    /// @param alone whether it gets a client of its own, so that no kept connection can serve it
    Lease lease(boolean alone) {
        return guard.get(() -> {
            var client = alone || current == null ? another() : current;
            current = alone ? current : client;
            client.calls++;
            return new Lease(client);
        });
    }

    /// Ends all running calls.
    void close() {
        guard.run(() -> used.forEach(client -> client.http.shutdownNow()));
    }

    /// Whether the client forgets the connection: the head is not HTTP, or its length is no number.
    static boolean isForgotten(Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof ProtocolException || cause instanceof NumberFormatException;
    }

    private void retire(Client client) {
        guard.run(() -> {
            if (client == current) {
                current = null;
                closeIfIdle(client);
            }
        });
    }

    private Client another() {
        var made = new Client(clients.get());
        used.add(made);
        return made;
    }

    private void closeIfIdle(Client client) {
        if (client != current && client.calls == 0 && used.remove(client)) {
            client.http.shutdownNow();
        }
    }
}
