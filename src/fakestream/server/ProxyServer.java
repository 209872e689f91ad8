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

/// The running proxy: the JDK's HTTP server with a virtual thread for each request, and one timer
/// for all heartbeats and deadlines.
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
        server.createContext("/", generations.pending().endingBefore(
                new RequestHandler(generations, serverState, log)));
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
        generations.current().upstream().prepare();
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

    /// The upstream's URL, for display.
    public String upstreamUrl() {
        return generations.current().upstream().url().toString();
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
