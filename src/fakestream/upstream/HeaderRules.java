package fakestream.upstream;

import fakestream.config.Setting;
import fakestream.http.HttpToken;
import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.net.http.HttpHeaders;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The headers that may cross the proxy, in each direction. Both directions list what may pass, and
/// the operator may name more that go upstream. So hop-by-hop fields (RFC 9110 section 7.6.1),
/// cookies, and headers by which one side could steer a balancer in front of the other
/// (`X-Accel-Redirect`, `X-Forwarded-For`) never pass by themselves.
public final class HeaderRules {
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7E\\t]*");

    private static final Set<String> TO_UPSTREAM = Set.of(
            "user-agent", "openai-organization", "openai-project", "openai-beta",
            "idempotency-key", "traceparent", "tracestate", "baggage",
            "http-referer", "x-title", "anthropic-version", "anthropic-beta",
            "x-goog-api-client", "x-goog-user-project",
            // Agents name themselves and their session in these; gateways route by them: Codex ...
            "originator", "session_id", "session-id", "conversation_id", "thread-id",
            "x-client-request-id", "x-openai-subagent",
            // ... Claude Code, opencode, and others.
            "x-app", "x-session-id", "x-session-affinity", "x-parent-session-id",
            "x-conversation-id", "x-initiator", "x-kilocode-taskid",
            // Vendors read these: xAI keeps a conversation at one cache by its id ...
            "x-grok-conv-id", "x-openrouter-title", "x-openrouter-categories",
            "x-anthropic-additional-protection", "chatgpt-account-id",
            // ... Azure and Vertex ...
            "x-ms-client-request-id", "x-goog-request-params", "x-vertex-ai-llm-request-type",
            "x-vertex-ai-llm-shared-request-type",
            // ... and GitHub's Copilot.
            "copilot-integration-id", "copilot-vision-request", "editor-version",
            "editor-plugin-version", "openai-intent");

    /// Prefixes of the headers in which Codex, Claude Code and opencode describe a session, and in
    /// which Qwen Code asks DashScope for its cache.
    private static final List<String> TO_UPSTREAM_BY_PREFIX =
            List.of("x-codex-", "x-claude-code-", "x-opencode-", "x-dashscope-");

    /// Headers whose values are lists: repeated fields mean the same as one with commas between
    /// them (RFC 9110 section 5.3). Of every other header only the first field counts.
    private static final Set<String> LISTS = Set.of("anthropic-beta", "openai-beta", "tracestate",
            "baggage", "x-codex-beta-features", "accept", "content-encoding", "if-none-match",
            "accept-ranges", "cache-control");

    /// The client gets the upstream's request id under this name: the plain name carries ours.
    static final String UPSTREAM_ID = "x-upstream-request-id";

    /// Anthropic's SDKs read the upstream's id under Anthropic's name, `request-id`.
    private static final Set<String> TO_CLIENT = Set.of(
            "retry-after", "retry-after-ms", "x-should-retry", "request-id", "apim-request-id");
    private static final Set<String> IDS = Set.of("x-request-id", "request-id");

    /// Prefixes of rate limits, of OpenAI's details about the call, and of Codex's limits and
    /// state. Codex sends its state back in the next request of its turn.
    private static final List<String> TO_CLIENT_BY_PREFIX = List.of("x-ratelimit-", "openai-",
            "anthropic-ratelimit-", "x-codex-");

    /// Headers that describe a body which passes through unread, in addition to the others.
    private static final Set<String> OF_BODY_TO_UPSTREAM = Set.of("content-type", "accept",
            "content-encoding", "range", "if-none-match", "if-modified-since");
    private static final Set<String> OF_BODY_TO_CLIENT = Set.of("content-type", "content-encoding",
            "content-disposition", "content-range", "accept-ranges", "etag", "last-modified",
            "cache-control");

    /// Headers set by the proxy or by the JDK's client, which refuses most of them.
    private static final Set<String> OURS = Set.of("connection", "content-length", "expect",
            "host", "upgrade", "transfer-encoding", "te", "trailer", "keep-alive",
            "proxy-connection", "http2-settings", "content-type", "accept", "accept-encoding");

    /// Headers of the client that stay here even if the operator names them: they may hold a key of
    /// the proxy, or a cookie of another service at the same address, and the id is set anew.
    private static final Set<String> NEVER = Set.of("authorization", "proxy-authorization",
            "x-api-key", "api-key", "x-goog-api-key", "cookie", "x-request-id");

    /// A name, or the beginning of names; `X-` begins those that steer a balancer.
    private static final Pattern NAMED = Pattern.compile("(?!x-\\*)[^*]+(-\\*)?");

    private static final int MOST_EXTRA = 32;

    private HeaderRules() {
    }

    /// The body's declared length in bytes; -1 if there is none.
    static long length(HttpHeaders headers) {
        var length = headers.firstValue("content-length").orElse("");
        return LENGTH.matcher(length).matches() ? Long.parseLong(length) : -1;
    }

    /// Whether the JDK's client sends this value unchanged: it sends characters above 0x7E as `?`.
    static boolean isValue(String value) {
        return VALUE.matcher(value).matches();
    }

    /// The headers of a client's request that go upstream.
    ///
    /// @param more the operator's names in lower case; one that ends in `*` is a beginning. Whether
    ///     they are lists is not known, so repeated fields become one (RFC 9110 section 5.3)
    static Map<String, String> toUpstream(Map<String, List<String>> client, List<String> more) {
        var picked = pick(client, TO_UPSTREAM, TO_UPSTREAM_BY_PREFIX);
        if (!more.isEmpty()) {
            client.forEach((name, values) -> {
                var lower = name.toLowerCase(Locale.ROOT);
                if (mayForward(lower) && more.stream().anyMatch(named -> fits(named, lower))) {
                    put(picked, lower, values.stream());
                }
            });
        }
        return picked;
    }

    private static boolean fits(String named, String name) {
        return named.endsWith("*") ? name.startsWith(named.substring(0, named.length() - 1))
                : named.equals(name);
    }

    private static boolean mayForward(String name) {
        return !OURS.contains(name) && !NEVER.contains(name)
                && !OF_BODY_TO_UPSTREAM.contains(name);
    }

    /// Checks the names of the headers that the operator lets pass.
    ///
    /// @throws IllegalArgumentException if one is no name, or may not pass
    public static void checkForwarded(String names) {
        for (var name : Setting.FORWARD_HEADERS.parser().apply(names)) {
            if (!NAMED.matcher(name).matches() || !HttpToken.is(name)) {
                throw new IllegalArgumentException("'" + name + "' is neither the name of a header "
                        + "such as X-Team nor a beginning such as X-Team-*");
            }
            if (!mayForward(name)) {
                throw new IllegalArgumentException("'" + name + "' cannot be named: the proxy "
                        + "sets it itself, or it may hold a key or a cookie");
            }
        }
    }

    /// The headers of an upstream's answer that go to the client.
    static Map<String, String> toClient(Map<String, List<String>> upstream) {
        var picked = pick(upstream, TO_CLIENT, TO_CLIENT_BY_PREFIX);
        pick(upstream, IDS, List.of()).values().stream().findFirst()
                .ifPresent(id -> picked.put(UPSTREAM_ID, id));
        return picked;
    }

    /// The request headers that describe a body which passes through.
    public static Map<String, String> ofBodyToUpstream(Map<String, List<String>> client) {
        return pick(client, OF_BODY_TO_UPSTREAM, List.of());
    }

    /// The answer's headers that describe a body which passes through.
    static Map<String, String> ofBodyToClient(Map<String, List<String>> upstream) {
        return pick(upstream, OF_BODY_TO_CLIENT, List.of());
    }

    /// Parses the headers that the operator adds to every upstream request: a JSON object of
    /// strings, at most 32. Their values may be secrets, so no message shows one.
    ///
    /// @throws IllegalArgumentException if a header cannot be sent; names it, never its value
    public static Map<String, String> parse(String json) {
        try {
            if (!(Json.parse(json) instanceof JsonObject(var members))) {
                throw new IllegalArgumentException("must be a JSON object of strings");
            }
            if (members.size() > MOST_EXTRA) {
                throw new IllegalArgumentException("has more than " + MOST_EXTRA + " headers");
            }
            var headers = new LinkedHashMap<String, String>();
            members.forEach((name, value) -> headers.put(name, checked(name, value)));
            return headers;
        } catch (JsonException e) {
            throw new IllegalArgumentException("is not JSON: " + e.getMessage(), e);
        }
    }

    private static String checked(String name, JsonValue value) {
        if (!HttpToken.is(name)) {
            throw new IllegalArgumentException("has a header whose name is no token of RFC 9110");
        }
        if (OURS.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("'" + name + "' is set by the proxy itself");
        }
        if (!(value instanceof JsonString(var text))) {
            throw new IllegalArgumentException("the value of '" + name + "' must be a string");
        }
        if (!isValue(text)) {
            throw new IllegalArgumentException("the value of '" + name
                    + "' has characters other than visible ASCII, blank and tab");
        }
        return text;
    }

    private static Map<String, String> pick(Map<String, List<String>> headers, Set<String> names,
            List<String> prefixes) {
        var picked = new LinkedHashMap<String, String>();
        headers.forEach((name, values) -> {
            var lower = name.toLowerCase(Locale.ROOT);
            if (names.contains(lower) || startsWithAny(lower, prefixes)) {
                put(picked, lower, values.stream()
                        .limit(LISTS.contains(lower) ? values.size() : 1));
            }
        });
        return picked;
    }

    private static void put(Map<String, String> picked, String name, Stream<String> values) {
        var good = values.filter(HeaderRules::isValue).toList();
        if (!good.isEmpty()) {
            picked.put(name, String.join(", ", good));
        }
    }

    /// Runs for each header of each request: a stream would cost more than all else here.
    private static boolean startsWithAny(String name, List<String> prefixes) {
        for (var prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
