package fakestream.server;

import com.sun.net.httpserver.Headers;
import fakestream.config.Config;
import fakestream.config.Secret;
import fakestream.config.Setting;
import fakestream.protocol.ApiError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Who may call, and which key goes upstream for it: the client's own, or the operator's for a
/// client that shows one of the proxy's keys, or for one without a key where that is allowed.
final class Keys {
    /// What a client sends that has no key (SillyTavern: nothing, others: these words).
    private static final Set<String> NO_KEYS = Set.of("", "undefined", "null");
    private static final Pattern BEARER = Pattern.compile("(?i)^bearer(\\s+bearer)*(\\s+|$)");
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7E]{1,8192}");

    private final List<Secret> proxyKeys;
    private final Optional<Secret> operatorKey;
    private final boolean operatorKeyForAll;

    Keys(Config config) {
        this.proxyKeys = config.get(Setting.PROXY_API_KEYS);
        this.operatorKey = config.get(Setting.OPENAI_API_KEY);
        this.operatorKeyForAll = config.get(Setting.ALLOW_ENV_API_KEY);
    }

    /// The key that goes upstream for a request.
    ///
    /// @throws ProxyException 401 where it shows no key that will do
    String upstreamKey(Headers request) throws ProxyException {
        var shown = shown(request);
        if (!proxyKeys.isEmpty()) {
            return shown.filter(this::isProxyKey).flatMap(_ -> operatorKey)
                    .orElseThrow(() -> unauthorised(shown.isPresent())).reveal();
        }
        return shown.or(() -> operatorKey.filter(_ -> operatorKeyForAll).map(Secret::reveal))
                .orElseThrow(() -> unauthorised(false));
    }

    /// All keys are compared, so that the time tells nothing of which one was nearly right.
    private boolean isProxyKey(String shown) {
        return proxyKeys.stream().filter(key -> key.matches(shown)).count() > 0;
    }

    private static Optional<String> shown(Headers request) {
        var authorization = request.getFirst("Authorization");
        var bearer = authorization != null && BEARER.matcher(authorization.strip()).find()
                ? BEARER.matcher(authorization.strip()).replaceFirst("") : null;
        return Stream.of(Optional.ofNullable(bearer),
                        Optional.ofNullable(request.getFirst("x-api-key")),
                        Optional.ofNullable(request.getFirst("api-key")))
                .flatMap(Optional::stream)
                .map(String::strip)
                .filter(key -> !NO_KEYS.contains(key) && VISIBLE.matcher(key).matches())
                .findFirst();
    }

    private static ProxyException unauthorised(boolean shown) {
        var message = shown ? "the API key is none that this proxy knows"
                : "no API key was given: send it as 'Authorization: Bearer KEY'";
        return new ProxyException(401,
                ApiError.invalidRequest("invalid_api_key", null, message),
                Map.of("WWW-Authenticate", "Bearer"));
    }
}
