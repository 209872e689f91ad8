package fakestream.http;

import fakestream.config.Host;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The host and optional port that a request is for, without userinfo (RFC 9112 section 3.2, RFC
/// 3986 section 3.2).
///
/// @param host a name or an IP address; version 6 in brackets
public record Authority(String host) {
    private static final Pattern FORM =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._~-]+)(:[0-9]{0,5})?");
    private static final int LAST_PORT = 65535;

    /// No name below one of these can be registered: localhost (RFC 6761 section 6.3), `internal`,
    /// which ICANN keeps for private networks (container engines call their host
    /// `host.docker.internal`), and `local`, the names of multicast DNS (RFC 6762).
    private static final List<String> LOCAL = List.of(".localhost", ".internal", ".local");

    /// Parses the text; empty if it is no authority.
    public static Optional<Authority> parse(String text) {
        var parts = FORM.matcher(text);
        return parts.matches() && isPort(parts.group(2))
                ? Optional.of(new Authority(parts.group(1))) : Optional.empty();
    }

    private static boolean isPort(String text) {
        return text == null || text.equals(":") || Integer.parseInt(text.substring(1)) <= LAST_PORT;
    }

    /// Whether no page of a foreign site can have this name, wherever its DNS points: the name
    /// cannot be registered, or it is a loopback address.
    boolean isLocal() {
        var lower = host.toLowerCase(Locale.ROOT);
        var name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        return Host.isLoopback(name) || LOCAL.stream().anyMatch(name::endsWith);
    }
}
