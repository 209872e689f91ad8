package fakestream.upstream;

import fakestream.config.Config;
import fakestream.config.Secret;
import fakestream.config.Setting;
import fakestream.http.ByteBudget;
import fakestream.http.UpstreamKey;
import fakestream.telemetry.Redactor;
import fakestream.upstream.UpstreamCall.End;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// The upstream API and its fallbacks. It creates requests, and ends all open ones. It never
/// follows a redirect, which could carry a key to another host.
public final class Upstream implements AutoCloseable {
    private final Calls calls;
    private final Map<String, String> extraHeaders;
    private final Redactor redactor;
    private final ByteBudget answers;
    private final Set<UpstreamRequest> open = ConcurrentHashMap.newKeySet();

    /// @param timer runs the deadlines of the calls; it must not be blocked, and is not closed here
    /// @param warnings receives messages for the operator that no client gets
    /// @param answers counts the bytes of answers
    /// @param random for the pauses before repeated calls
    public Upstream(Config config, ScheduledExecutorService timer, Consumer<String> warnings,
            ByteBudget answers, RandomGenerator random) {
        this.calls = new Calls(config, timer, warnings, random, open::size);
        this.extraHeaders = ExtraHeaders.of(config);
        this.redactor = redactor(config);
        this.answers = answers;
    }

    /// Makes the client, so that the first request need not wait for it.
    ///
    /// @throws java.io.UncheckedIOException if TLS is needed but not available
    public void prepare() {
        calls.prepare();
    }

    /// The first upstream's address, for display.
    public UpstreamUrl url() {
        return calls.urls().getFirst();
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
        var secrets = Stream.concat(config.get(Setting.OPENAI_API_KEY).stream(),
                config.get(Setting.PROXY_API_KEYS).stream()).map(Secret::reveal);
        return Redactor.of(Stream.of(secrets, ExtraHeaders.of(config).values().stream(),
                UpstreamUrl.all(config).stream().flatMap(UpstreamUrl::secrets))
                .flatMap(values -> values));
    }

    /// A request for one client; it sends nothing yet.
    ///
    /// @param key goes upstream
    /// @param id the id of the client's request
    /// @param clientHeaders the client's request headers; only allowed ones pass
    public UpstreamRequest request(UpstreamKey key, String id,
            Map<String, List<String>> clientHeaders) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(HeaderRules.toUpstream(clientHeaders));
        headers.put("X-Request-Id", id);
        headers.put(key.header(), key.value());
        headers.put("Accept", "application/json");
        headers.putAll(extraHeaders);
        var request = new UpstreamRequest(calls, headers, redactor.with(key.value()),
                answers.hold(), open::remove);
        open.add(request);
        return request;
    }

    /// Ends all open requests, as failures of a proxy that shuts down.
    public void shutDown() {
        open.forEach(request -> request.end(End.SHUTDOWN));
    }

    /// Ends all running calls.
    @Override
    public void close() {
        calls.close();
    }
}
