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
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Decides if a client may call, and chooses the key for the upstream: the client's own, or the
/// operator's if the client sends a proxy key, or sends no key and the settings allow that.
public final class Authenticator {
    /// The header in which an upstream expects its key.
    public enum Form {
        /// `Authorization: Bearer`, used by OpenAI.
        BEARER(""),
        /// Used by Anthropic; its other kinds of token come as bearer tokens.
        ANTHROPIC("x-api-key"),
        /// Used by Google; its other kinds of token come as bearer tokens.
        GOOGLE("x-goog-api-key");

        private final String header;

        Form(String header) {
            this.header = header;
        }

        private UpstreamKey of(Shown shown) {
            return this == BEARER || shown.bearer() ? UpstreamKey.bearer(shown.key())
                    : new UpstreamKey(header, shown.key());
        }
    }

    /// A key that a client has sent, and whether it came as a bearer token.
    private record Shown(String key, boolean bearer) {
        private boolean isKey() {
            return !NO_KEYS.contains(key) && VISIBLE.matcher(key).matches();
        }
    }

    /// Values that clients send instead of a key: SillyTavern sends nothing, others these words.
    private static final Set<String> NO_KEYS = Set.of("", "undefined", "null");
    private static final String BEARER = "bearer";
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7E]{1,8192}");

    private final List<Secret> proxyKeys;
    private final Optional<Secret> operatorKey;
    private final boolean operatorKeyForAll;

    Authenticator(Config config) {
        this.proxyKeys = config.get(Setting.PROXY_API_KEYS);
        this.operatorKey = config.get(Setting.OPENAI_API_KEY);
        this.operatorKeyForAll = config.get(Setting.ALLOW_ENV_API_KEY);
    }

    /// The key to send upstream for a request.
    ///
    /// @throws HttpError 401 if the request has no acceptable key
    UpstreamKey upstreamKey(ClientExchange client, Form form) throws HttpError {
        var shown = shown(client.headers(), client.query());
        if (!proxyKeys.isEmpty()) {
            return shown.filter(this::isProxyKey).flatMap(_ -> operatorsOwn()).map(form::of)
                    .orElseThrow(() -> unauthorised(client));
        }
        return shown.or(() -> operatorKeyForAll ? operatorsOwn() : Optional.empty())
                .map(form::of).orElseThrow(() -> unauthorised(client));
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

    private Optional<Shown> operatorsOwn() {
        return operatorKey.map(secret -> new Shown(secret.reveal(), false));
    }

    /// Compares all keys, so that the time taken does not reveal a key that is nearly right.
    private boolean isProxyKey(Shown shown) {
        return proxyKeys.stream().filter(key -> key.matches(shown.key())).count() > 0;
    }

    private static Optional<Shown> shown(Headers headers, Query query) {
        return bearer(headers).or(() -> plain(headers.getFirst("x-api-key")))
                .or(() -> plain(headers.getFirst("api-key")))
                .or(() -> plain(headers.getFirst("x-goog-api-key")))
                .or(() -> plain(query.get("key")));
    }

    private static Optional<Shown> bearer(Headers headers) {
        return Optional.ofNullable(headers.getFirst("Authorization")).map(String::strip)
                .filter(value -> behindScheme(value, 0) > 0)
                .map(value -> new Shown(withoutSchemes(value), true))
                .filter(Shown::isKey);
    }

    /// Removes all leading schemes: some clients put one in front of a key that already has one. A
    /// regular expression with a group would use a stack frame for each of them.
    private static String withoutSchemes(String value) {
        int at = 0;
        for (int next = behindScheme(value, 0); next > at; next = behindScheme(value, at)) {
            at = next;
        }
        return value.substring(at);
    }

    /// The index after the scheme at `at` and its blanks, or `at` if there is no scheme.
    private static int behindScheme(String value, int at) {
        int end = at + BEARER.length();
        if (!value.regionMatches(true, at, BEARER, 0, BEARER.length())
                || end < value.length() && !Character.isWhitespace(value.charAt(end))) {
            return at;
        }
        while (end < value.length() && Character.isWhitespace(value.charAt(end))) {
            end++;
        }
        return end;
    }

    private static Optional<Shown> plain(String key) {
        return Optional.ofNullable(key).map(value -> new Shown(value.strip(), false))
                .filter(Shown::isKey);
    }

    /// The response to a request without an acceptable key.
    static HttpError unauthorised(ClientExchange client) {
        var message = shownKey(client).isPresent() ? "the API key is none that this proxy knows"
                : "no API key was given: send it as 'Authorization: Bearer KEY'";
        return new HttpError(401,
                ApiError.invalidRequest("invalid_api_key", null, message),
                Map.of("WWW-Authenticate", "Bearer"));
    }
}
