package fakestream.upstream;

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

/// The headers that may cross the proxy, in each direction. Both directions list what may pass. So
/// hop-by-hop fields (RFC 9110 section 7.6.1), cookies, and headers by which one side could steer a
/// balancer in front of the other (`X-Accel-Redirect`, `X-Forwarded-For`) never pass.
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
            "x-conversation-id", "x-initiator", "x-kilocode-taskid");

    /// Prefixes of the headers in which Codex, Claude Code and opencode describe a session.
    private static final List<String> TO_UPSTREAM_BY_PREFIX =
            List.of("x-codex-", "x-claude-code-", "x-opencode-");

    /// Headers whose values are lists: repeated fields mean the same as one with commas between
    /// them (RFC 9110 section 5.3). Of every other header only the first field counts.
    private static final Set<String> LISTS = Set.of("anthropic-beta", "openai-beta", "tracestate",
            "baggage", "x-codex-beta-features", "accept", "content-encoding", "if-none-match",
            "accept-ranges", "cache-control");

    /// The client gets the upstream's request id under this name: the plain name carries ours.
    static final String UPSTREAM_ID = "x-upstream-request-id";

    /// Anthropic's SDKs read the upstream's id under Anthropic's name, `request-id`.
    private static final Set<String> TO_CLIENT = Set.of(
            "retry-after", "retry-after-ms", "x-should-retry", "request-id");
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
    static Map<String, String> toUpstream(Map<String, List<String>> client) {
        return pick(client, TO_UPSTREAM, TO_UPSTREAM_BY_PREFIX);
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
                var good = values.stream().limit(LISTS.contains(lower) ? values.size() : 1)
                        .filter(HeaderRules::isValue).toList();
                if (!good.isEmpty()) {
                    picked.put(lower, String.join(", ", good));
                }
            }
        });
        return picked;
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
