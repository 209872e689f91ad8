package fakestream.upstream;

import fakestream.config.Config;
import fakestream.config.ModelRule;
import fakestream.config.Secret;
import fakestream.config.Setting;
import fakestream.http.UpstreamKey;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// One upstream: its address, the operator's keys for it, and the headers that the operator adds.
///
/// @param names its own names for models
/// @param ownVendor whether it takes no key but its own: a key for another upstream never reaches
///     it
record UpstreamTarget(UpstreamUrl url, KeyRing keys, Map<String, String> headers,
        List<ModelRule<String>> names, boolean ownVendor) {
    /// The upstream in these settings, then its fallbacks, then those of other vendors.
    static List<UpstreamTarget> all(Config config) {
        var keys = new KeyRing(config.get(Setting.OPENAI_API_KEY), System::nanoTime);
        var headers = headers(config.get(Setting.UPSTREAM_EXTRA_HEADERS_JSON));
        var first = Stream.concat(Stream.of(config.get(Setting.SOURCE_API_URL)),
                config.get(Setting.FALLBACK_API_URLS).stream()).map(url ->
                        new UpstreamTarget(
                                UpstreamUrl.parse(url), keys, headers, List.of(), false));
        var others = IntStream.rangeClosed(1, Setting.MOST_NUMBERED).boxed().flatMap(number ->
                config.get(Setting.FALLBACK_N_API_URL.numbered(number)).stream().map(url ->
                        other(config, number, url)));
        return Stream.concat(first, others).toList();
    }

    private static UpstreamTarget other(Config config, int number, String url) {
        return new UpstreamTarget(UpstreamUrl.parse(url),
                new KeyRing(config.get(Setting.FALLBACK_N_API_KEY.numbered(number)),
                        System::nanoTime),
                headers(config.get(Setting.FALLBACK_N_EXTRA_HEADERS_JSON.numbered(number))),
                config.get(Setting.FALLBACK_N_MODELS.numbered(number)), true);
    }

    private static Map<String, String> headers(Optional<Secret> json) {
        return json.map(secret -> HeaderRules.parse(secret.reveal())).orElse(Map.of());
    }

    /// All values that these settings must not show.
    static Stream<String> secrets(Config config) {
        return all(config).stream().flatMap(target -> Stream.of(target.keys.all().stream(),
                target.headers.values().stream(), target.url.secrets()).flatMap(all -> all));
    }

    /// Whether a request with this key may go to it. The operator's key is no substitute for a
    /// client's own.
    boolean serves(UpstreamKey key) {
        return !ownVendor || key.own() == null || keys.all().isEmpty();
    }

    /// Its name for a model.
    String name(String model) {
        return ModelRule.first(names, model).orElse(model);
    }

    /// Adds the operator's headers to a request, and the key.
    ///
    /// @param key what the request sends
    /// @param used the operator's key to use; null if there is none, or the client has its own
    void sign(HttpRequest.Builder request, UpstreamKey key, String used) {
        if (used != null) {
            var own = ownVendor ? key.at(url.isAzures()) : key;
            request.setHeader(own.header(), own.value(used));
        } else if (key.own() != null && !ownVendor) {
            request.setHeader(key.header(), key.own());
        }
        headers.forEach(request::setHeader);
    }
}
