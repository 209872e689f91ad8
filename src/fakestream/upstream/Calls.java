package fakestream.upstream;

import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.http.ByteBudget;
import fakestream.telemetry.Redactor;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;

/// Makes the calls of all requests: to the same upstreams, within the same limits.
final class Calls implements AutoCloseable {
    private final List<UpstreamUrl> urls;
    private final Config config;
    private final Retries retries;
    private final ScheduledExecutorService timer;
    private final Consumer<String> warnings;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final UpstreamConnections connections;

    /// @param timer runs the deadlines; it must not be blocked, and is not closed here
    /// @param warnings receives messages for the operator that no client gets
    /// @param random for the pauses before repeated calls
    /// @param open returns the number of open requests
    Calls(Config config, ScheduledExecutorService timer, Consumer<String> warnings,
            RandomGenerator random, IntSupplier open) {
        this.urls = UpstreamUrl.all(config);
        this.config = config;
        this.retries = new Retries(config, random, InstantSource.system(), open);
        this.timer = timer;
        this.warnings = warnings;
        this.connections = new UpstreamConnections(this::client);
    }

    private HttpClient client() {
        var client = HttpClient.newBuilder()
                // The default asks plain HTTP servers for h2c; over it uvicorn loses the body.
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.get(Setting.UPSTREAM_CONNECT_TIMEOUT_MS));
        if (urls.stream().noneMatch(UpstreamUrl::isSecure)) {
            client.sslContext(NoTls.context());
        }
        // With plain bytes the client never blocks, so its selector thread may do the work. A TLS
        // handshake computes for milliseconds and would stall other calls. A name lookup waits for
        // the resolver, and nothing could end the call meanwhile.
        return client.executor(urls.stream().allMatch(UpstreamUrl::neverBlocks) ? Runnable::run
                : executor).build();
    }

    /// Makes the client, so that the first request need not wait for it.
    ///
    /// @throws java.io.UncheckedIOException if TLS is needed but not available
    void prepare() {
        connections.prepare();
    }

    /// The first upstream, then the fallbacks.
    List<UpstreamUrl> urls() {
        return urls;
    }

    /// The limits of a request that begins now.
    CallLimits limits() {
        return CallLimits.of(config);
    }

    Retries retries() {
        return retries;
    }

    /// A call that sends this request.
    ///
    /// @param unpooled whether it gets a connection of its own
    /// @param bytes the memory for the answer
    UpstreamCall call(HttpRequest request, boolean unpooled, ByteBudget.Hold bytes,
            CallLimits limits) {
        var sent = unpooled ? HttpRequest.newBuilder(request, (_, _) -> true)
                .header("Connection", "close").build() : request;
        return new UpstreamCall(connections.lease(unpooled), sent, limits, bytes, timer, executor);
    }

    /// Warns the operator if a call failed over TLS, whether or not another follows. The client
    /// does not get the reason, because it cannot fix it.
    ///
    /// @param redactor hides what was sent
    void failed(UpstreamException failure, Redactor redactor) {
        if (failure.isTls()) {
            warnings.accept(failure.getMessage() + ": " + redactor.text(failure.reason()));
        }
    }

    /// Ends all running calls.
    @Override
    public void close() {
        connections.close();
        executor.shutdownNow();
    }
}
