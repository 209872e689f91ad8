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

/// Who may call, and which key goes upstream for it: the client's own, or the operator's for a
/// client that shows one of the proxy's keys, or for one without a key where that is allowed.
public final class Authenticator {
    /// In which header an upstream looks for its key.
    public enum Form {
        /// `Authorization: Bearer`, as OpenAI has it.
        BEARER(""),
        /// As Anthropic has it; its tokens of other kinds come as bearers.
        ANTHROPIC("x-api-key"),
        /// As Google has it; its tokens of other kinds come as bearers.
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

    /// A key that a client has shown, and whether as a bearer's.
    private record Shown(String key, boolean bearer) {
        private boolean isKey() {
            return !NO_KEYS.contains(key) && VISIBLE.matcher(key).matches();
        }
    }

    /// What a client sends that has no key (SillyTavern: nothing, others: these words).
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

    /// The key that goes upstream for a request.
    ///
    /// @throws HttpError 401 where it shows no key that will do
    UpstreamKey upstreamKey(ClientExchange client, Form form) throws HttpError {
        var shown = shown(client.headers(), client.query());
        if (!proxyKeys.isEmpty()) {
            return shown.filter(this::isProxyKey).flatMap(_ -> operatorsOwn()).map(form::of)
                    .orElseThrow(() -> unauthorised(client));
        }
        return shown.or(() -> operatorKeyForAll ? operatorsOwn() : Optional.empty())
                .map(form::of).orElseThrow(() -> unauthorised(client));
    }

    /// The key by which a client shows who it is, whatever it is worth.
    public static Optional<String> shownKey(ClientExchange client) {
        return shownKey(client.headers(), client.query());
    }

    public static Optional<String> shownKey(Headers headers, Query query) {
        return shown(headers, query).map(Shown::key);
    }

    /// Whether the proxy can tell a right key from one that was made up.
    boolean canProve() {
        return !proxyKeys.isEmpty();
    }

    /// Whether a request may know what only the proxy's own clients may. Where the proxy has no
    /// keys, all may.
    boolean knows(ClientExchange client) {
        return proxyKeys.isEmpty() || shown(client.headers(), client.query())
                .filter(this::isProxyKey).isPresent();
    }

    private Optional<Shown> operatorsOwn() {
        return operatorKey.map(secret -> new Shown(secret.reveal(), false));
    }

    /// All keys are compared, so that the time tells nothing of which one was nearly right.
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

    /// The key alone: some clients put the scheme in front of a key that has one already. A pattern
    /// with a group for that would take a frame of the stack for each of them.
    private static String withoutSchemes(String value) {
        int at = 0;
        for (int next = behindScheme(value, 0); next > at; next = behindScheme(value, at)) {
            at = next;
        }
        return value.substring(at);
    }

    /// Where the text goes on behind a scheme and its blanks; `at` where none stands there.
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

    /// The answer to a request that shows no key that will do.
    static HttpError unauthorised(ClientExchange client) {
        var message = shownKey(client).isPresent() ? "the API key is none that this proxy knows"
                : "no API key was given: send it as 'Authorization: Bearer KEY'";
        return new HttpError(401,
                ApiError.invalidRequest("invalid_api_key", null, message),
                Map.of("WWW-Authenticate", "Bearer"));
    }
}
