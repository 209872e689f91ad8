package fakestream.upstream;

import fakestream.config.Config;
import fakestream.config.Setting;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/// The API behind the proxy. It sends requests and gives back calls; it never follows a redirect,
/// which could carry a key to another host.
public final class Upstream implements AutoCloseable {
    private final UpstreamUrl url;
    private final ExtraHeaders extraHeaders;
    private final Limits limits;
    private final ScheduledExecutorService timer;
    private final ExecutorService executor;
    private final HttpClient client;

    /// @param timer runs the deadlines of the calls; it must not be blocked, and is not closed here
    public Upstream(Config config, ScheduledExecutorService timer) {
        this.url = UpstreamUrl.parse(config.get(Setting.SOURCE_API_URL));
        this.extraHeaders = config.get(Setting.UPSTREAM_EXTRA_HEADERS_JSON)
                .map(secret -> ExtraHeaders.parse(secret.reveal())).orElseGet(ExtraHeaders::none);
        this.limits = Limits.of(config);
        this.timer = timer;
        this.executor = Executors.newVirtualThreadPerTaskExecutor();
        this.client = HttpClient.newBuilder()
                // The default asks plain HTTP servers for h2c, over which uvicorn loses the body.
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.get(Setting.UPSTREAM_CONNECT_TIMEOUT_MS))
                .executor(executor)
                .build();
    }

    /// Where this upstream is, for people.
    public UpstreamUrl url() {
        return url;
    }

    /// A request of one client, which sends nothing yet.
    ///
    /// @param key goes upstream
    /// @param clientHeaders the client's request headers, of which those pass that may
    public UpstreamRequest request(UpstreamKey key, Map<String, List<String>> clientHeaders) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(HeaderRules.toUpstream(clientHeaders));
        headers.put(key.header(), key.value());
        headers.put("Accept", "application/json");
        headers.putAll(extraHeaders.all());
        return new UpstreamRequest(this::call, endpoint -> {
            var request = HttpRequest.newBuilder(url.at(endpoint));
            headers.forEach(request::setHeader);
            return request;
        });
    }

    private UpstreamCall call(HttpRequest request) {
        return new UpstreamCall(client, request, limits, timer, executor);
    }

    /// Ends all calls that are under way.
    @Override
    public void close() {
        client.shutdownNow();
        executor.shutdownNow();
    }
}
