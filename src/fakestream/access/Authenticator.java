package fakestream.access;

import com.sun.net.httpserver.Headers;
import fakestream.config.Config;
import fakestream.config.Secret;
import fakestream.config.Setting;
import fakestream.http.ClientExchange;
import fakestream.http.HttpError;
import fakestream.http.Query;
import fakestream.http.UpstreamKey;
import fakestream.protocol.ApiError;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Decides if a client may call, and chooses the key for the upstream: the client's own, or the
/// operator's if the client sends a proxy key, or sends no key and the settings allow that.
public final class Authenticator {
    /// A key that a client has sent, and whether it came as a bearer token.
    private record Shown(String key, boolean bearer) {
        private boolean isKey() {
            return !NO_KEYS.contains(key) && VISIBLE.matcher(key).matches();
        }
    }

    /// Values that clients send instead of a key: SillyTavern sends nothing, others these words.
    private static final Set<String> NO_KEYS = Set.of("", "undefined", "null");
    private static final String SCHEME = "bearer";
    /// A JSON Web Token (RFC 7519), as Entra gives them; no key of Azure has dots.
    private static final Pattern TOKEN = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]*");
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7E]{1,8192}");

    private final List<Secret> proxyKeys;
    private final boolean hasOperatorKey;
    private final boolean operatorKeyForAll;

    Authenticator(Config config) {
        this.proxyKeys = config.get(Setting.PROXY_API_KEYS);
        this.hasOperatorKey = !config.get(Setting.OPENAI_API_KEY).isEmpty();
        this.operatorKeyForAll = config.get(Setting.ALLOW_ENV_API_KEY);
    }

    /// The key to send upstream for a request. A bearer token goes upstream as one: the APIs of
    /// Anthropic and Google take their keys in `header`, and their other tokens as bearer tokens.
    /// Azure does so too, but other vendors' clients send its keys as bearer tokens.
    ///
    /// @param header in which the upstream expects its key, such as `x-api-key`
    /// @throws HttpError 401 if the request has no acceptable key
    UpstreamKey upstreamKey(ClientExchange client, String header) throws HttpError {
        var shown = shown(client.headers(), client.query());
        if (proxyKeys.isEmpty() && shown.isPresent()) {
            var sent = shown.get();
            return header.equals("Authorization") || sent.bearer
                    && (!header.equals(UpstreamKey.AZURES) || TOKEN.matcher(sent.key).matches())
                    ? UpstreamKey.bearer(sent.key) : new UpstreamKey(header, sent.key);
        }
        var mayUseOurs = proxyKeys.isEmpty() ? operatorKeyForAll
                : shown.filter(this::isProxyKey).isPresent();
        if (!mayUseOurs || !hasOperatorKey) {
            throw unauthorised(client);
        }
        return new UpstreamKey(header, null);
    }

    /// The key that a client has sent, valid or not.
    public static Optional<String> shownKey(ClientExchange client) {
        return shownKey(client.headers(), client.query());
    }

    public static Optional<String> shownKey(Headers headers, Query query) {
        return shown(headers, query).map(Shown::key);
    }

    /// Whether the proxy can tell a right key from an invented one.
    boolean canProve() {
        return !proxyKeys.isEmpty();
    }

    /// Whether a request may see data for the proxy's own clients only; always true if the proxy
    /// has no keys.
    boolean knows(ClientExchange client) {
        return proxyKeys.isEmpty() || shown(client.headers(), client.query())
                .filter(this::isProxyKey).isPresent();
    }

    /// Compares all keys, so that the time taken does not reveal a key that is nearly right.
    private boolean isProxyKey(Shown shown) {
        return proxyKeys.stream().filter(key -> key.matches(shown.key())).count() > 0;
    }

    private static Optional<Shown> shown(Headers headers, Query query) {
        return bearer(headers).or(() -> plain(headers.getFirst("x-api-key")))
                .or(() -> plain(headers.getFirst(UpstreamKey.AZURES)))
                .or(() -> plain(headers.getFirst("x-goog-api-key")))
                .or(() -> plain(query.get("key")));
    }

    private static Optional<Shown> bearer(Headers headers) {
        var value = Objects.requireNonNullElse(headers.getFirst("Authorization"), "").strip();
        var at = behindSchemes(value);
        return Optional.of(new Shown(value.substring(at), true))
                .filter(shown -> at > 0 && shown.isKey());
    }

    /// The index after all leading schemes: some clients put one in front of a key that already has
    /// one. A regular expression with a group would use a stack frame for each of them.
    private static int behindSchemes(String value) {
        int at = 0;
        while (value.regionMatches(true, at, SCHEME, 0, SCHEME.length())
                && isBlank(value, at + SCHEME.length())) {
            at += SCHEME.length();
            while (at < value.length() && isBlank(value, at)) {
                at++;
            }
        }
        return at;
    }

    /// Whether a word may end at this index.
    private static boolean isBlank(String value, int at) {
        return at == value.length() || Character.isWhitespace(value.charAt(at));
    }

    private static Optional<Shown> plain(String key) {
        return Optional.ofNullable(key).map(value -> new Shown(value.strip(), false))
                .filter(Shown::isKey);
    }

    /// The response to a request without an acceptable key.
    static HttpError unauthorised(ClientExchange client) {
        var message = shownKey(client).isPresent() ? "this proxy does not know the API key"
                : "the request has no API key: send it as 'Authorization: Bearer KEY'";
        return new HttpError(401, ApiError.invalidRequest("invalid_api_key", null, message),
                Map.of("WWW-Authenticate", "Bearer"));
    }
}
