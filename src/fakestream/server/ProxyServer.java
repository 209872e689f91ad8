package fakestream.server;

import com.sun.net.httpserver.HttpServer;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.upstream.Upstream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;

/// The running proxy: the JDK's HTTP server with a virtual thread for each request, and one timer
/// for all heartbeats and deadlines.
public final class ProxyServer implements AutoCloseable {
    /// Connections that wait to be accepted; the JDK takes 0 for 50.
    private static final int BACKLOG = 4096;

    private final HttpServer server;
    private final Upstream upstream;
    private final ScheduledExecutorService timer;
    private final ExecutorService requests;
    private final String host;

    private ProxyServer(HttpServer server, Upstream upstream, ScheduledExecutorService timer,
            ExecutorService requests, String host) {
        this.server = server;
        this.upstream = upstream;
        this.timer = timer;
        this.requests = requests;
        this.host = host;
    }

    /// Starts a proxy that is reachable when this returns.
    ///
    /// @param version of the program, for `/api/status`
    /// @throws IOException where it cannot listen, because the port is taken or may not be
    public static ProxyServer start(Config config, String version, Log log) throws IOException {
        var host = config.get(Setting.HOST);
        var address = new InetSocketAddress(host, config.get(Setting.PORT));
        var server = HttpServer.create(address, BACKLOG);
        var timer = timer();
        var requests = Executors.newVirtualThreadPerTaskExecutor();
        var upstream = new Upstream(config, timer);
        // The only context: the JDK matches contexts by prefix, on the decoded path.
        server.createContext("/", dispatcher(config, version, upstream, timer, requests, log));
        server.setExecutor(requests);
        server.start();
        return new ProxyServer(server, upstream, timer, requests, host);
    }

    /// Where it listens, with the port that was picked.
    public String url() {
        var literal = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return "http://" + literal + ":" + server.getAddress().getPort();
    }

    /// Where it sends its requests, for people.
    public String upstreamUrl() {
        return upstream.url().toString();
    }

    /// Stops at once: open streams break off.
    @Override
    public void close() {
        server.stop(0);
        upstream.close();
        timer.shutdownNow();
        requests.shutdownNow();
    }

    private static Dispatcher dispatcher(Config config, String version, Upstream upstream,
            ScheduledExecutorService timer, ExecutorService executor, Log log) {
        var streamer = new Streamer(config, timer, executor, ids());
        return new Dispatcher(new Cors(config.get(Setting.CORS_ALLOW_ORIGIN)),
                new Site(config, version, upstream, streamer),
                new StalledWriters(config.get(Setting.CLIENT_WRITE_TIMEOUT_MS), timer), log);
    }

    private static ScheduledExecutorService timer() {
        var timer = new ScheduledThreadPoolExecutor(1,
                Thread.ofPlatform().daemon().name("timer").factory());
        // A stream that is over must not stay in memory until its next beat.
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /// Names as OpenAI makes them, for streams whose answer has none.
    private static Supplier<String> ids() {
        var random = new SecureRandom();
        return () -> {
            var bytes = new byte[15];
            random.nextBytes(bytes);
            return "chatcmpl-" + HexFormat.of().formatHex(bytes);
        };
    }
}
