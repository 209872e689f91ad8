package fakestream.server;

import com.sun.net.httpserver.HttpServer;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.connections.DeferredAccept;
import fakestream.http.ServerState;
import fakestream.stream.HeartbeatExecutor;
import fakestream.telemetry.Build;
import fakestream.telemetry.Log;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// The running proxy: the JDK's HTTP server with a virtual thread for each request, one timer for
/// all deadlines, and a few platform threads for heartbeats.
///
/// These are all locks, roughly in the order in which a request meets them. A lock of one request
/// may be held while that request waits for its client or its upstream; a lock that all requests
/// share is held for moments only, and a thread that waits for room or a place releases it first.
///
/// | lock | shared by | held to |
/// |---|---|---|
/// | `PendingClients` | all | note that a head, or a refused body, begins or stops to come |
/// | `Generation` | all | count the open requests |
/// | `RequestBody` | one | read a body whose response may come before its end |
/// | `WriteTimeouts` | one | note a write, or interrupt it |
/// | `RateLimiter` | all | take from a bucket, if there is a rate limit or a key is wrong |
/// | `ConcurrencyLimiter` | all | take or give back a place |
/// | `ByteBudget` | all | count bytes of requests, or of answers |
/// | `ComputeSlots` | as many as there are processors | parse, fold or replay a text |
/// | `RecentStreams` | all | add a stream |
/// | `StreamModes` | all | look up a model, if `STREAM_MODE` is `auto` |
/// | `CallSharing` | all | look up a call, if there is an `IDEMPOTENCY_WINDOW_MS` |
/// | `Retries` | all | count the requests that pause |
/// | `UpstreamRequest` | one | begin or end a call |
/// | `UpstreamConnections` | all | count calls, make the client, or look up a kept connection |
/// | `UploadPublisher` | one | read an upload, or hand its next piece on |
/// | `EventStream` | one | write to the client; a heartbeat only tries it |
/// | `PathCheck` | all | bound the checks of the path |
/// | `LineQueue` | all | add a line to a log |
/// | `Generations` | no request | replace the generation of settings |
/// | `HeapGrowth` | no request | plan a collection while the proxy is idle |
public final class ProxyServer implements AutoCloseable {
    /// Connections that wait to be accepted; the JDK turns 0 into 50.
    private static final int BACKLOG = 4096;

    /// The time for hurried responses to go out, and for clients to read them.
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final HttpServer server;
    private final String host;
    private final Log log;
    private final ScheduledExecutorService timer;
    private final ExecutorService requests;
    private final HeartbeatExecutor beats;
    private final ServerState serverState = new ServerState();
    private final Generations generations;

    private ProxyServer(HttpServer server, Config config, Build build, Log log) {
        this.server = server;
        this.log = log;
        this.host = config.get(Setting.HOST);
        this.timer = new Timer(log);
        this.requests = Executors.newThreadPerTaskExecutor(Thread.ofVirtual()
                .uncaughtExceptionHandler((_, bug) -> log.bug("a task", bug)).factory());
        this.beats = new HeartbeatExecutor(timer, requests, log);
        this.generations = new Generations(config, build, server.getAddress().getPort(),
                serverState, timer, requests, beats, log);
        HeapGrowth.watch(() -> generations.open() == 0, timer, requests);
        // The only context: the JDK matches contexts by prefix, on the decoded path.
        server.createContext("/", new RequestHandler(generations, serverState, log));
        server.setExecutor(generations.pending());
    }

    /// Binds an address, so that clients can connect; [#start()] begins to serve them.
    ///
    /// @param build the version of this program
    /// @throws IOException if it cannot listen, because the port is taken or not allowed
    public static ProxyServer bind(Config config, Build build, Log log) throws IOException {
        var address = new InetSocketAddress(config.get(Setting.HOST), config.get(Setting.PORT));
        return new ProxyServer(HttpServer.create(address, BACKLOG), config, build, log);
    }

    /// Serves the clients that have connected or will connect.
    ///
    /// @return this
    public ProxyServer start() {
        server.start();
        return this;
    }

    /// Prepares the upstream client, and reports ready from then on.
    ///
    /// @return this
    /// @throws java.io.UncheckedIOException if TLS is needed but not available
    public ProxyServer ready() {
        generations.current().upstream.prepare();
        serverState.ready();
        // Later, because it loads classes, and the first requests should not wait for them.
        timer.schedule(() -> requests.execute(() ->
                DeferredAccept.ask(server.getAddress().getPort(), log)), 1, TimeUnit.SECONDS);
        return this;
    }

    /// The URL on which it listens, with the actual port.
    public String url() {
        var literal = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return "http://" + literal + ":" + server.getAddress().getPort();
    }

    /// The upstream's URL and the way to it, for display.
    public String upstreamUrl() {
        return generations.current().upstream.description();
    }

    /// Serves new requests by other settings; open requests keep theirs. The address on which it
    /// listens stays. The last call wins.
    public void reload(Config config) {
        generations.reload(config);
    }

    /// Notes that the new settings are wrong, so that the old ones stay.
    public void keepSettings() {
        generations.metrics().reloaded(false);
    }

    /// Refuses new requests, lets open ones end in their time, and ends the rest with an error. It
    /// listens all the while, to refuse them.
    ///
    /// @param grace the time for open requests
    /// @return whether that was enough for all
    public boolean shutDown(Duration grace) throws InterruptedException {
        serverState.refuse();
        var finished = generations.awaitIdle(System.nanoTime() + grace.toNanos());
        serverState.hurry();
        generations.shutDown();
        generations.awaitIdle(System.nanoTime() + LAST_WORDS.toNanos());
        close();
        return finished;
    }

    /// Stops at once: open streams break off.
    @Override
    public void close() {
        server.stop(0);
        generations.close();
        timer.shutdownNow();
        beats.close();
        requests.shutdownNow();
    }
}
