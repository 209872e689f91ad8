package fakestream.server;

import fakestream.config.Host;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Whom a request says it is for: a host with or without a port, and no userinfo (RFC 9112 section
/// 3.2, RFC 3986 section 3.2).
///
/// @param host a name, or an IP address, one of version 6 in its brackets
record Authority(String host) {
    private static final Pattern FORM =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._~-]+)(:[0-9]{0,5})?");
    private static final int LAST_PORT = 65535;

    /// What the text stands for, or nothing where it is no authority.
    static Optional<Authority> parse(String text) {
        var parts = FORM.matcher(text);
        return parts.matches() && isPort(parts.group(2))
                ? Optional.of(new Authority(parts.group(1))) : Optional.empty();
    }

    private static boolean isPort(String text) {
        return text == null || text.equals(":") || Integer.parseInt(text.substring(1)) <= LAST_PORT;
    }

    /// Whether no page of a foreign site can bear this name, wherever its DNS may point: localhost
    /// and what is below it (RFC 6761 section 6.3), or a loopback address.
    boolean isLocal() {
        var name = host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
        return Host.isLoopback(name) || name.endsWith(".localhost");
    }
}
