package fakestream.upstream.way;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The address of a proxy that takes HTTP, with the user and password that it asks for.
///
/// @param host a name, or an IP address, which has brackets if it is of version 6
/// @param login the user and the password as in a URL, split by a colon; empty if there is none
public record HttpProxy(String host, int port, String login) {
    /// The form of a proxy's address, for messages.
    static final String FORM = "http://HOST:PORT or http://USER:PASSWORD@HOST:PORT";

    private static final Pattern SCHEME = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*://.*");
    private static final int DEFAULT_PORT = 80;

    /// The proxy at this URL. As for curl, `http://` may be missing.
    ///
    /// @throws IllegalArgumentException if the text is wrong; the message does not repeat it
    public static HttpProxy parse(String text) {
        try {
            var uri = new URI(SCHEME.matcher(text).matches() ? text : "http://" + text);
            if (!uri.getScheme().equalsIgnoreCase("http")) {
                throw new IllegalArgumentException("must be " + FORM
                        + "; TLS to the proxy itself, and SOCKS, are not supported");
            }
            if (uri.getHost() == null || !uri.getPath().matches("/?") || uri.getQuery() != null
                    || uri.getFragment() != null || uri.getPort() == 0 || uri.getPort() > 65535) {
                throw new IllegalArgumentException("must be " + FORM
                        + "; other signs in user and password are written as %40 for @");
            }
            var login = Optional.ofNullable(uri.getRawUserInfo()).orElse("");
            return new HttpProxy(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                    login);
        } catch (URISyntaxException e) {
            // The exception's message would repeat the text.
            throw new IllegalArgumentException("must be " + FORM + "; its character "
                    + (e.getIndex() + 1) + " is wrong: " + e.getReason());
        }
    }

    /// The address for the JDK's client, which looks a name up for each new connection.
    Proxy address() {
        var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(bare, port));
    }

    /// The value of `Proxy-Authorization`; empty if the proxy asks for no user.
    Optional<String> authorization() {
        return login.isEmpty() ? Optional.empty() : Optional.of("Basic " + token());
    }

    /// The texts that must not be shown.
    public Stream<String> secrets() {
        return login.isEmpty() ? Stream.empty()
                : Stream.of(login, password(login), plain(), password(plain()), token());
    }

    private String token() {
        var plain = plain();
        var whole = plain.contains(":") ? plain : plain + ":";
        return Base64.getEncoder().encodeToString(whole.getBytes(StandardCharsets.UTF_8));
    }

    /// A plus is a plus here, as everywhere before a query.
    private String plain() {
        return URLDecoder.decode(login.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String password(String login) {
        return login.substring(login.indexOf(':') + 1);
    }

    /// The address without user and password.
    @Override
    public String toString() {
        return "http://" + host + ":" + port;
    }
}
