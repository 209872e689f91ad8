package fakestream.upstream;

import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.upstream.UpstreamCall.End;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// The API behind the proxy, and those that stand in for it. It makes requests, and ends all that
/// are open; it never follows a redirect, which could carry a key to another host.
public final class Upstream implements AutoCloseable {
    private final List<UpstreamUrl> urls;
    private final ExtraHeaders extraHeaders;
    private final Masks masks;
    private final Limits limits;
    private final Retries retries;
    private final ScheduledExecutorService timer;
    private final Consumer<String> warnings;
    private final ByteBudget answers;
    private final ExecutorService executor;
    private final Connections connections;
    private final Set<UpstreamRequest> open = ConcurrentHashMap.newKeySet();

    /// @param timer runs the deadlines of the calls; it must not be blocked, and is not closed here
    /// @param warnings takes what the operator should know and no client is told
    /// @param answers counts the bytes of answers
    public Upstream(Config config, ScheduledExecutorService timer, Consumer<String> warnings,
            ByteBudget answers) {
        this(config, timer, warnings, answers, new Random());
    }

    /// @param random for the pauses before a call is repeated
    Upstream(Config config, ScheduledExecutorService timer, Consumer<String> warnings,
            ByteBudget answers, RandomGenerator random) {
        this.urls = Stream.concat(Stream.of(config.get(Setting.SOURCE_API_URL)),
                config.get(Setting.FALLBACK_API_URLS).stream()).map(UpstreamUrl::parse).toList();
        this.extraHeaders = config.get(Setting.UPSTREAM_EXTRA_HEADERS_JSON)
                .map(secret -> ExtraHeaders.parse(secret.reveal())).orElseGet(ExtraHeaders::none);
        this.masks = Masks.of(config);
        this.limits = Limits.of(config);
        this.retries = new Retries(config, random, InstantSource.system());
        this.timer = timer;
        this.warnings = warnings;
        this.answers = answers;
        this.executor = Executors.newVirtualThreadPerTaskExecutor();
        this.connections = new Connections(() -> client(config));
    }

    private HttpClient client(Config config) {
        var client = HttpClient.newBuilder()
                // The default asks plain HTTP servers for h2c, over which uvicorn loses the body.
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.get(Setting.UPSTREAM_CONNECT_TIMEOUT_MS));
        if (urls.stream().noneMatch(UpstreamUrl::isSecure)) {
            client.sslContext(NoTls.context());
        }
        // What the client does with plain bytes never blocks, so its selector may do it itself. A
        // TLS handshake computes for milliseconds, in which the others would stand still; and a
        // name is looked up for as long as the resolver takes, in which nobody could end the call.
        return client.executor(urls.stream().allMatch(UpstreamUrl::neverBlocks) ? Runnable::run
                : executor).build();
    }

    /// Makes ready what sends, so that the first request need not wait for it.
    ///
    /// @throws java.io.UncheckedIOException where there is no TLS to be had, but needed
    public void prepare() {
        connections.prepare();
    }

    /// Where this upstream is, for people.
    public UpstreamUrl url() {
        return urls.getFirst();
    }

    /// Where a redirect of this endpoint sends its client, as the client can follow it, and without
    /// secrets; empty for any other answer. For the first upstream, which passes all through.
    public Optional<String> location(String endpoint, UpstreamAnswer answer) {
        var location = answer.status() / 100 == 3 ? answer.header("location") : "";
        return location.isEmpty() ? Optional.empty() : url().forClient(endpoint, location)
                .map(answer.masks()::text).filter(HeaderRules::isValue);
    }

    /// A request of one client, which sends nothing yet.
    ///
    /// @param key goes upstream
    /// @param id of the client's request
    /// @param clientHeaders the client's request headers, of which those pass that may
    public UpstreamRequest request(UpstreamKey key, String id,
            Map<String, List<String>> clientHeaders) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(HeaderRules.toUpstream(clientHeaders));
        headers.put("X-Request-Id", id);
        headers.put(key.header(), key.value());
        headers.put("Accept", "application/json");
        headers.putAll(extraHeaders.all());
        var request = new UpstreamRequest(this, headers, masks.with(key.value()),
                answers.hold());
        open.add(request);
        retries.opened();
        return request;
    }

    /// Ends all requests that are open, as failures of a proxy that shuts down.
    public void shutDown() {
        open.forEach(request -> request.end(End.SHUTDOWN));
    }

    /// Ends all calls that are under way.
    @Override
    public void close() {
        connections.close();
        executor.shutdownNow();
    }

    /// The first, and those to ask where it fails.
    List<UpstreamUrl> urls() {
        return urls;
    }

    Limits limits() {
        return limits;
    }

    Retries retries() {
        return retries;
    }

    /// Sends a request.
    ///
    /// @param unpooled whether on a connection made for it, which nobody else gets
    /// @param masks hide what was sent, where it comes back
    /// @param bytes of the answer
    /// @param elapsed how much of the time for the whole is gone
    UpstreamCall call(HttpRequest request, boolean unpooled, Masks masks, ByteBudget.Hold bytes,
            Duration elapsed) {
        var sent = unpooled ? HttpRequest.newBuilder(request, (_, _) -> true)
                .header("Connection", "close").build() : request;
        return new UpstreamCall(unpooled ? connections.leaseAlone() : connections.lease(), sent,
                masks, limits.after(elapsed), bytes, timer, executor);
    }

    /// A call has failed, whether or not another one follows. The client is not told why there is
    /// no TLS, for it cannot help it.
    void failed(UpstreamException failure) {
        if (failure.isTls()) {
            warnings.accept(failure.getMessage() + ": " + masks.text(failure.reason()));
        }
    }

    void closed(UpstreamRequest request) {
        if (open.remove(request)) {
            retries.closed();
        }
    }
}
