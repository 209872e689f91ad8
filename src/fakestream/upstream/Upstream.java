package fakestream.upstream;

import fakestream.config.Config;
import fakestream.config.ConfigException;
import fakestream.config.Secret;
import fakestream.config.Setting;
import fakestream.http.ByteBudget;
import fakestream.http.UpstreamKey;
import fakestream.telemetry.Redactor;
import fakestream.upstream.UpstreamCall.Limits;
import fakestream.upstream.UpstreamException.End;
import fakestream.upstream.way.HttpProxy;
import fakestream.upstream.way.Trust;
import fakestream.upstream.way.Way;
import fakestream.upstream.way.WayOut;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/// The upstream API and its fallbacks. All requests make their calls through it, and it can end
/// them all. It never follows a redirect, which could carry a key to another host.
public final class Upstream implements AutoCloseable {
    /// The codes of failures that the operator may have to fix.
    private static final Set<String> REPORTED = Set.of("upstream_tls", "upstream_proxy");
    /// All endpoints of an upstream are reached in the same way.
    private static final String ANY_ENDPOINT = "models";

    private final Config config;
    private final List<UpstreamTarget> targets;
    private final WayOut ways;
    /// Null until it is needed; the guard of the connections protects it.
    private SSLContext trust;
    private final Redactor redactor;
    private final ByteBudget answers;
    private final Retries retries;
    private final ScheduledExecutorService timer;
    private final Consumer<String> warnings;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final UpstreamConnections connections = new UpstreamConnections(this::client);
    private final Set<Consumer<End>> open = ConcurrentHashMap.newKeySet();

    /// @param timer runs the deadlines of the calls; it must not be blocked, and is not closed here
    /// @param warnings receives messages for the operator that no client gets
    /// @param answers counts the bytes of answers
    /// @param random for the pauses before repeated calls
    public Upstream(Config config, ScheduledExecutorService timer, Consumer<String> warnings,
            ByteBudget answers, RandomGenerator random) {
        this.config = config;
        this.targets = UpstreamTarget.all(config);
        this.ways = new WayOut(config);
        this.redactor = redactor(config);
        this.answers = answers;
        this.retries = new Retries(config, random, InstantSource.system(), open::size);
        this.timer = timer;
        this.warnings = warnings;
    }

    private HttpClient client() {
        var client = HttpClient.newBuilder()
                // The default asks plain HTTP servers for h2c; over it uvicorn loses the body.
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(ways)
                .connectTimeout(config.get(Setting.UPSTREAM_CONNECT_TIMEOUT_MS));
        var urls = targets.stream().map(UpstreamTarget::url).toList();
        if (urls.stream().noneMatch(UpstreamUrl::isSecure)) {
            client.sslContext(NoTls.context());
        } else if (!config.get(Setting.UPSTREAM_CA_FILE).isEmpty()) {
            client.sslContext(trust());
        }
        // With plain bytes the client never blocks, so its selector thread may do the work. A TLS
        // handshake computes for milliseconds and would stall other calls. A name lookup waits for
        // the resolver, and nothing could end the call meanwhile; a proxy may have a name too.
        return client.executor(urls.stream().allMatch(url -> url.neverBlocks()
                && way(url).proxy().isEmpty()) ? Runnable::run : executor).build();
    }

    /// Made with the first client, because it takes time; all others share it.
    private SSLContext trust() {
        trust = trust == null ? Trust.beside(config.get(Setting.UPSTREAM_CA_FILE)) : trust;
        return trust;
    }

    /// Makes the client, so that the first request need not wait for it. With TLS this first takes
    /// a tenth of a second.
    ///
    /// @throws java.io.UncheckedIOException if TLS is needed but not available
    public void prepare() {
        connections.lease(false).end();
    }

    /// The first upstream's address, for display.
    public UpstreamUrl url() {
        return targets.getFirst().url();
    }

    private Way way(UpstreamUrl url) {
        return ways.to(url.at(ANY_ENDPOINT));
    }

    /// The first upstream and the way to it, for display, and each fallback with another way.
    public String description() {
        return targets.stream().map(UpstreamTarget::url)
                .filter(url -> url == url() || !way(url).equals(way(url())))
                .map(url -> url + way(url).toString()).collect(Collectors.joining(", and "));
    }

    /// The proxy on the way to the first upstream of these settings; empty if there is none.
    public static String proxy(Config config) {
        return new WayOut(config).to(addresses(config).findFirst().orElseThrow()).proxy().map(
                HttpProxy::toString).orElse("");
    }

    /// Checks the environment's variables that decide about the ways to the upstreams.
    ///
    /// @throws ConfigException if one is wrong
    public static void check(Config config) throws ConfigException {
        new WayOut(config).check(addresses(config));
    }

    private static Stream<URI> addresses(Config config) {
        return UpstreamTarget.all(config).stream()
                .map(target -> target.url().at(ANY_ENDPOINT));
    }

    /// The target of this endpoint's redirect, as the client can follow it, without secrets; empty
    /// for any other answer. For the first upstream, which gets all pass-through requests.
    public Optional<String> location(String endpoint, UpstreamHead head) {
        var location = head.isRedirect() ? head.header("location") : "";
        return location.isEmpty() ? Optional.empty() : url().forClient(endpoint, location)
                .map(head.redactor()::text).filter(HeaderRules::isValue);
    }

    /// Hides the secrets of these settings in texts for people.
    public static Redactor redactor(Config config) {
        var ways = new WayOut(config);
        return new Redactor(Stream.of(UpstreamTarget.secrets(config),
                config.get(Setting.PROXY_API_KEYS).stream().map(Secret::reveal),
                addresses(config).flatMap(address -> ways.to(address).proxy().stream())
                        .flatMap(HttpProxy::secrets)).flatMap(secrets -> secrets));
    }

    /// Ends all open requests, as failures of a proxy that shuts down.
    public void shutDown() {
        open.forEach(request -> request.accept(End.SHUTDOWN));
    }

    /// Ends all running calls.
    @Override
    public void close() {
        connections.close();
        executor.shutdownNow();
    }

    /// The endings of the open requests; each request adds and removes its own.
    Set<Consumer<End>> open() {
        return open;
    }

    /// The first upstream, then the fallbacks.
    List<UpstreamTarget> targets() {
        return targets;
    }

    /// The headers of all calls for one client, without a key.
    Map<String, String> headers(String id, Map<String, List<String>> client) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(HeaderRules.toUpstream(client, config.get(Setting.FORWARD_HEADERS)));
        headers.put("X-Request-Id", id);
        headers.put("Accept", "application/json");
        return headers;
    }

    /// Hides the operator's secrets and a client's own key.
    Redactor redactorWith(UpstreamKey key) {
        return key.own() == null ? redactor : redactor.with(key.own());
    }

    /// The memory for the answers to one request.
    ByteBudget.Hold bytes() {
        return answers.hold();
    }

    /// The limits of a request that begins now.
    Limits limits() {
        return new Limits(config.get(Setting.UPSTREAM_FIRST_BYTE_TIMEOUT_MS),
                config.get(Setting.UPSTREAM_IDLE_TIMEOUT_MS),
                System.nanoTime() + config.get(Setting.UPSTREAM_TIMEOUT_MS).toNanos(),
                config.get(Setting.MAX_UPSTREAM_BYTES));
    }

    Retries retries() {
        return retries;
    }

    /// A call that sends this request.
    ///
    /// @param unpooled whether it gets a connection of its own
    /// @param redactor hides what was sent in its answer
    UpstreamCall call(HttpRequest request, boolean unpooled, ByteBudget.Hold bytes,
            Limits limits, Redactor redactor) {
        var sent = unpooled ? HttpRequest.newBuilder(request, (_, _) -> true)
                .header("Connection", "close").build() : request;
        return new UpstreamCall(connections.lease(unpooled), sent, limits, bytes, redactor, timer,
                executor);
    }

    /// Warns the operator if a call failed over TLS or in a proxy, whether or not another follows.
    /// The client does not get the reason, because it cannot fix it.
    ///
    /// @param redactor hides what was sent
    void failed(UpstreamException failure, Redactor redactor) {
        if (REPORTED.contains(failure.error().code())) {
            warnings.accept(failure.getMessage() + ": " + redactor.text(failure.reason()));
        }
    }
}
