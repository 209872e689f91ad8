package fakestream.config;

import java.net.InetAddress;
import java.util.regex.Pattern;

/// The address to listen on; it is checked without DNS.
public final class Host {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");
    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");

    private Host() {
    }

    /// The text itself, if it is a host name or an IP address, with or without brackets.
    ///
    /// @throws IllegalArgumentException if it is neither, as in `http://host` or `host:80`
    static String parse(String text) {
        boolean name = NAME.matcher(text).matches() && !NUMBERS.matcher(text).matches();
        if (name || isLiteral(text)) {
            return text;
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not a host name or an IP address; a port belongs in PORT");
    }

    /// Whether only this machine can reach the address: 127.0.0.0/8, ::1 or localhost. Any other
    /// name counts as reachable from outside, whatever it may resolve to.
    public static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || isLiteral(host) && InetAddress.ofLiteral(host).isLoopbackAddress();
    }

    /// Whether the text is an IP address, with or without brackets, and not a name.
    public static boolean isLiteral(String text) {
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
