package fakestream.server;

import com.sun.net.httpserver.HttpExchange;
import fakestream.access.AccessControl;
import fakestream.access.ConcurrencyLimiter;
import fakestream.access.RateLimiter;
import fakestream.concurrent.ComputeSlots;
import fakestream.concurrent.Guard;
import fakestream.config.Config;
import fakestream.connections.Capacity;
import fakestream.connections.ConnectionLimiter;
import fakestream.connections.DisconnectWatcher;
import fakestream.connections.PendingClients;
import fakestream.endpoint.ApiEndpoint;
import fakestream.endpoint.CallSharing;
import fakestream.endpoint.PassThrough;
import fakestream.endpoint.Probes;
import fakestream.endpoint.RecentStreams;
import fakestream.endpoint.StreamFactory;
import fakestream.http.BodyMemory;
import fakestream.http.ClientExchange;
import fakestream.http.RequestId;
import fakestream.http.ServerState;
import fakestream.protocol.ClientProfile;
import fakestream.protocol.ClientTable;
import fakestream.stream.HeartbeatExecutor;
import fakestream.telemetry.Build;
import fakestream.telemetry.Log;
import fakestream.telemetry.Metrics;
import fakestream.upstream.Upstream;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/// The generation of settings that serves new requests, and earlier ones that still finish theirs.
/// It holds everything that outlives a generation: limits and metrics count on when the settings
/// change. Any thread may call it.
final class Generations {
    private final Build build;
    private final ServerState serverState;
    private final ScheduledExecutorService timer;
    private final HeartbeatExecutor beats;
    private final Log log;
    private final Supplier<String> streamIds = RequestId.supplier("");
    private final Supplier<String> requestIds = RequestId.supplier("req_");
    private final RateLimiter rate = new RateLimiter(System::nanoTime);
    private final RateLimiter wrongKeys = new RateLimiter(System::nanoTime);
    private final ConcurrencyLimiter admission = new ConcurrencyLimiter();
    private final RecentStreams recent = new RecentStreams();
    private final ComputeSlots slots = new ComputeSlots();
    private final DisconnectWatcher disconnects;
    private final ConnectionLimiter limiter;
    private final BodyMemory memory;
    private final CallSharing sharing;
    private final Metrics metrics;
    private final Set<Generation> all = ConcurrentHashMap.newKeySet();
    /// Guards the change of the generation, so that each one except the last is retired.
    private final Guard guard = new Guard();
    private volatile Generation current;
    private boolean closed;

    /// @param port on which clients connect
    /// @param timer for deadlines and heartbeats; nothing on it may block
    /// @param executor runs their work, each task on a virtual thread
    /// @param beats for heartbeats alone
    Generations(Config config, Build build, int port, ServerState serverState,
            ScheduledExecutorService timer, Executor executor, HeartbeatExecutor beats, Log log) {
        this.build = build;
        this.serverState = serverState;
        this.timer = timer;
        this.beats = beats;
        this.log = log;
        this.disconnects = new DisconnectWatcher(timer, executor, log);
        this.limiter = new ConnectionLimiter(Capacity.ofThisProcess().connections(), port,
                () -> current.readTimeout, timer, executor, log);
        this.memory = BodyMemory.of(config);
        this.sharing = new CallSharing(timer, executor, memory.answers());
        this.metrics = new Metrics(build, ClientTable.all().stream().map(ClientProfile::name)
                .toList(), memory::write);
        replace(generation(config));
    }

    private Generation generation(Config config) {
        var upstream = new Upstream(config, timer, log::warn, memory.answers(),
                new Random());
        var gate = new AccessControl(config, rate, wrongKeys, admission);
        var streams = new StreamFactory(config, serverState, beats, metrics, slots, streamIds);
        var passThrough = new PassThrough(config, gate, upstream, streams);
        var endpoint = new ApiEndpoint(config, gate, upstream, passThrough, streams, sharing,
                recent, memory.requests(), slots, log);
        var probes = new Probes(config, build, serverState, gate, memory, metrics);
        var router = new Router(config, serverState, upstream, gate, streams, endpoint,
                passThrough, probes, recent);
        return new Generation(config, router, upstream, timer);
    }

    /// The generation for a request that has come; counts the request in it from now on.
    Generation enter() {
        var generation = current;
        while (!generation.enter()) {
            generation = current;
        }
        return generation;
    }

    /// The client of an exchange, by the settings of this generation.
    ClientExchange client(HttpExchange exchange, Generation generation) {
        return new ClientExchange(exchange, RequestId.of(exchange.getRequestHeaders(), requestIds),
                generation.trustsProxy, generation.readTimeout, generation.writeTimeouts,
                disconnects, serverState, limiter);
    }

    /// The generation for new requests.
    Generation current() {
        return current;
    }

    /// Serves new requests by these settings from now on; the last call wins.
    void reload(Config config) {
        memory.resize(config);
        replace(generation(config));
        metrics.reloaded(true);
    }

    private void replace(Generation next) {
        guard.run(() -> {
            if (closed) {
                next.close();
                return;
            }
            var before = current;
            all.removeIf(Generation::isOver);
            all.add(next);
            current = next;
            if (before != null) {
                before.retire();
            }
        });
    }

    /// The metrics of all requests.
    Metrics metrics() {
        return metrics;
    }

    /// The limit on requests that are still arriving.
    PendingClients pending() {
        return limiter.pending();
    }

    /// How many requests are open.
    int open() {
        return all.stream().mapToInt(Generation::open).sum();
    }

    /// Waits until no request is open.
    ///
    /// @param until by `System.nanoTime`
    /// @return false if one is still open then
    boolean awaitIdle(long until) throws InterruptedException {
        var idle = true;
        for (var generation : all) {
            idle &= generation.awaitIdle(until);
        }
        return idle;
    }

    /// Ends all upstream calls and all waits for memory, as failures of a proxy that shuts down.
    void shutDown() {
        memory.requests().shut();
        all.forEach(generation -> generation.upstream.shutDown());
    }

    /// Closes at once, and closes any generation that still comes.
    void close() {
        guard.run(() -> {
            closed = true;
            all.forEach(Generation::close);
        });
    }
}
