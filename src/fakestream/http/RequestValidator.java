package fakestream.http;

import com.sun.net.httpserver.Headers;
import fakestream.config.Config;
import fakestream.config.Host;
import fakestream.config.Setting;
import fakestream.protocol.ApiError;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Checks each request before anything else uses it. The JDK's server accepts much that RFC 9112
/// forbids, and a balancer in front may have read those requests differently; this checks
/// everything that a handler can see. A daemon for this machine alone accepts only local host
/// names, to refuse web pages whose own name points here (DNS rebinding).
public final class RequestValidator {
    private static final int LONGEST_TARGET = 8 * 1024;
    private static final int MOST_FIELDS = 100;
    private static final int MOST_FIELD_BYTES = 32 * 1024;

    /// The methods that at least one path serves.
    static final String ALLOW = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    private static final Set<String> METHODS = Set.of(ALLOW.split(", "));
    /// Known methods that are never served.
    private static final Set<String> REFUSED_METHODS = Set.of("TRACE", "CONNECT");

    private static final Set<String> VERSIONS = Set.of("HTTP/1.0", "HTTP/1.1");
    private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://([^/?#]*)/[^#]*");
    /// Escapes of control characters, and of bytes that only overlong UTF-8 has.
    private static final Pattern BAD_ESCAPE = Pattern.compile("(?i)[^?]*%([01].|7f|c[01]).*");
    private static final Pattern LENGTH = Pattern.compile("0|[1-9][0-9]*");
    private static final Set<String> UTF_8 = Set.of("utf-8", "utf8");
    private static final Pattern CHARSET =
            Pattern.compile("(?i);[ \\t]*charset[ \\t]*=[ \\t]*\"?([^\\s;\"]*)");

    private final String host;
    private final boolean localOnly;
    private final String notLocal;

    /// A trusted balancer in front knows its own names, so any host name is accepted.
    public RequestValidator(Config config) {
        this.host = config.get(Setting.HOST);
        this.localOnly = Host.isLoopback(host) && !config.get(Setting.TRUST_PROXY);
        this.notLocal = "this proxy listens on " + host + " alone, and accepts local host names "
                + "only: a proxy in front must send Host: localhost, or be trusted (TRUST_PROXY)";
    }

    /// Lets a valid request pass.
    ///
    /// @throws HttpError 400 and others, each with the reason
    public void check(ClientExchange client) throws HttpError {
        checkRequestLine(client);
        checkFields(client.headers());
        checkFraming(client);
        checkAuthority(client);
        if (REFUSED_METHODS.contains(client.method())) {
            throw new HttpError(405, ApiError.invalidRequest("method_not_allowed", null,
                    client.method() + " is not allowed here"), Map.of("Allow", ALLOW));
        }
        require(METHODS.contains(client.method()), 501, "unknown_method",
                "the request's method is not supported");
        // The JDK's server has already handled `100-continue`.
        require(all(client.headers(), "Expect").stream().allMatch("100-continue"::equalsIgnoreCase),
                417, "unknown_expectation", "no expectation but 100-continue is supported");
    }

    /// JSON is UTF-8 (RFC 8259 section 8.1). Any type without a charset is accepted: `curl -d`
    /// sends the type of a form.
    ///
    /// @throws HttpError 415 if the type names another charset
    public static void checkCharset(Headers headers) throws HttpError {
        var charset = CHARSET.matcher(
                headers.getOrDefault("Content-Type", List.of("")).getFirst());
        if (charset.find() && !UTF_8.contains(charset.group(1).toLowerCase(Locale.ROOT))) {
            throw new HttpError(415, ApiError.invalidRequest("unsupported_charset", null,
                    "the request's charset must be UTF-8"));
        }
    }

    private static void require(boolean valid, String otherwise) throws HttpError {
        require(valid, 400, "malformed_request", otherwise);
    }

    private static void require(boolean valid, int status, String code, String otherwise)
            throws HttpError {
        if (!valid) {
            throw HttpError.refused(status, code, otherwise);
        }
    }

    /// The target has the origin form or the absolute form (RFC 9112 section 3.2).
    private static void checkRequestLine(ClientExchange client) throws HttpError {
        var known = VERSIONS.contains(client.version());
        require((known || VERSION.matcher(client.version()).matches())
                && (METHODS.contains(client.method()) || HttpToken.is(client.method())),
                "the request line is not valid HTTP");
        require(known, 505, "unsupported_version", "the version of HTTP is not 1.0 or 1.1");
        var target = client.target();
        require(target.length() <= LONGEST_TARGET, 414, "target_too_long",
                "the request's target is longer than " + LONGEST_TARGET + " bytes");
        require((target.startsWith("/") || ABSOLUTE.matcher(target).matches())
                && target.chars().allMatch(c -> c > ' ' && c <= '~' && c != '#')
                && (target.indexOf('%') < 0 || !BAD_ESCAPE.matcher(target).matches()),
                "the request's target is not valid HTTP");
    }

    /// The JDK's server has already refused names that are not tokens.
    private static void checkFields(Headers headers) throws HttpError {
        long count = 0;
        long bytes = 0;
        for (var field : headers.entrySet()) {
            for (var value : field.getValue()) {
                count++;
                bytes += field.getKey().length() + ": ".length() + value.length() + "\r\n".length();
                require(!hasControl(value), "a header field contains control characters");
            }
        }
        require(count <= MOST_FIELDS && bytes <= MOST_FIELD_BYTES, 431, "headers_too_large",
                "the request has more than " + MOST_FIELDS + " header fields, or more than "
                + MOST_FIELD_BYTES + " bytes of them");
        require(all(headers, "Authorization").size() <= 1,
                "the request has more than one Authorization field");
        require(Set.copyOf(all(headers, "Content-Type")).size() <= 1,
                "the request has Content-Type fields that differ");
    }

    /// Runs for each value of each request: a stream would cost more than all other checks here.
    private static boolean hasControl(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7F) {
                return true;
            }
        }
        return false;
    }

    /// RFC 9112 section 6. Servers disagree on leading zeros and on `_` for `-` (request
    /// smuggling); both are refused.
    private static void checkFraming(ClientExchange client) throws HttpError {
        var headers = client.headers();
        var lengths = all(headers, "Content-Length").stream();
        require(lengths.allMatch(value -> LENGTH.matcher(value).matches())
                && !headers.containsKey("Content_Length"),
                "Content-Length must be a whole number");
        require(!headers.containsKey("Transfer_Encoding") && (client.version().equals("HTTP/1.1")
                || !headers.containsKey("Transfer-Encoding")),
                "Transfer-Encoding is not allowed here");
    }

    /// RFC 9112 sections 3.2 and 3.2.2: Host must be valid even if the target has precedence.
    private void checkAuthority(ClientExchange client) throws HttpError {
        var hosts = all(client.headers(), "Host");
        require(!hosts.isEmpty() || !client.version().equals("HTTP/1.1"),
                "the request has no Host field");
        require(hosts.size() <= 1, "the request has more than one Host field");
        for (var value : hosts) {
            checkLocal(authority(value, "the Host field"), client.target().startsWith("/"));
        }
        var absolute = ABSOLUTE.matcher(client.target());
        if (absolute.matches()) {
            checkLocal(authority(absolute.group(1), "the target"), true);
        }
    }

    private static Authority authority(String text, String where) throws HttpError {
        return Authority.parse(text).orElseThrow(() ->
                HttpError.malformed(where + " does not name a host, with or without a port"));
    }

    private void checkLocal(Authority authority, boolean counts) throws HttpError {
        require(!counts || !localOnly || authority.isLocal()
                || authority.host().equalsIgnoreCase(host), 421, "misdirected_request", notLocal);
    }

    private static List<String> all(Headers headers, String name) {
        return headers.getOrDefault(name, List.of());
    }
}
