package fakestream.http;

import com.sun.net.httpserver.Headers;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Identifies a client without a key by its address, or in IPv6 by its /64 network: one subscriber
/// gets a whole /64, and could use each of its addresses in turn.
public final class ClientAddress {
    private static final int NETWORK_BYTES = 8;

    /// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
    private static final Pattern LITERAL = Pattern.compile(
            "(?<v4>\\d{1,3}(\\.\\d{1,3}){3})(:\\d{1,5})?"
            + "|\\[(?<boxed>[0-9a-fA-F:.]+)](:\\d{1,5})?|(?<v6>[0-9a-fA-F.]*:[0-9a-fA-F:.]+)");

    private ClientAddress() {
    }

    /// The address that the connection comes from, or the one that a balancer names.
    ///
    /// @param trustsProxy whether the last address of `X-Forwarded-For` is the client's; the client
    ///     may have invented the addresses before it
    static InetAddress full(InetAddress peer, Headers headers, boolean trustsProxy) {
        return trustsProxy ? forwarded(headers).orElse(peer) : peer;
    }

    /// The name under which requests from that address are counted.
    public static String of(InetAddress peer, Headers headers, boolean trustsProxy) {
        var address = full(peer, headers, trustsProxy);
        return address instanceof Inet6Address ? HexFormat.ofDelimiter(":")
                .formatHex(address.getAddress(), 0, NETWORK_BYTES) + "::/64"
                : address.getHostAddress();
    }

    private static Optional<InetAddress> forwarded(Headers headers) {
        var line = headers.getOrDefault("X-Forwarded-For", List.of("")).getLast();
        var match = LITERAL.matcher(line.substring(line.lastIndexOf(',') + 1).strip());
        if (!match.matches()) {
            return Optional.empty();
        }
        var v4 = match.group("v4");
        var boxed = match.group("boxed");
        try {
            return Optional.of(InetAddress.ofLiteral(
                    v4 != null ? v4 : boxed != null ? boxed : match.group("v6")));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
