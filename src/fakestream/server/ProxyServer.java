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
    /// Connections that wait to be accepted; the JDK takes 0 for 50.
    private static final int BACKLOG = 4096;

    /// For what must hurry to be told, and for its clients to read it.
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
                serverState,
                timer, requests, beats, log);
        HeapGrowth.watch(() -> generations.open() == 0, timer, requests);
        // The only context: the JDK matches contexts by prefix, on the decoded path.
        server.createContext("/", generations.pending().endingBefore(
                new RequestHandler(generations, serverState, log)));
        server.setExecutor(generations.pending());
    }

    /// Takes an address, so that clients can connect; they are served from [#start()] on.
    ///
    /// @param build which program this is
    /// @throws IOException where it cannot listen, because the port is taken or may not be
    public static ProxyServer bind(Config config, Build build, Log log) throws IOException {
        var address = new InetSocketAddress(config.get(Setting.HOST), config.get(Setting.PORT));
        return new ProxyServer(HttpServer.create(address, BACKLOG), config, build, log);
    }

    /// Serves those who have connected, and who will.
    ///
    /// @return this
    public ProxyServer start() {
        server.start();
        return this;
    }

    /// Gets ready to ask the upstream, and tells those that ask from then on that it is.
    ///
    /// @return this
    /// @throws java.io.UncheckedIOException where there is no TLS to be had, but needed
    public ProxyServer ready() {
        generations.current().upstream().prepare();
        serverState.ready();
        // Later, because it loads classes that the first requests should not have to wait for.
        timer.schedule(() -> requests.execute(() ->
                DeferredAccept.ask(server.getAddress().getPort(), log)), 1, TimeUnit.SECONDS);
        return this;
    }

    /// Where it listens, with the port that was picked.
    public String url() {
        var literal = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return "http://" + literal + ":" + server.getAddress().getPort();
    }

    /// Where it sends its requests, for people.
    public String upstreamUrl() {
        return generations.current().upstream().url().toString();
    }

    /// Serves new requests by other settings; those that are open end as they began. Where it
    /// listens stays. The last call wins.
    public void reload(Config config) {
        generations.reload(config);
    }

    /// There are other settings, but they are wrong.
    public void keepSettings() {
        generations.metrics().reloaded(false);
    }

    /// Takes no new requests, lets those that are open end in their time, and ends what is left
    /// with an error. It listens all the while, to say so.
    ///
    /// @param grace for those that are open
    /// @return whether it was time enough
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
