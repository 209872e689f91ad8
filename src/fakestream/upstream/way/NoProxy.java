package fakestream.upstream.way;

import fakestream.config.Host;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The hosts that NO_PROXY names, as curl and Go read it: names, each with all names below it,
/// addresses, networks such as 10.0.0.0/8, each with or without a port, and `*` for all. A name is
/// compared as it is written, without DNS. An entry that is none of these names no host.
final class NoProxy {
    private static final Pattern SPLIT = Pattern.compile("[,\\s]+");
    private static final Pattern WITH_PORT = Pattern.compile("(.*):([0-9]{1,5})");
    private static final Pattern NETWORK = Pattern.compile("(.*)/([0-9]{1,3})");

    private final List<BiPredicate<String, Integer>> entries;

    NoProxy(String text) {
        this.entries = SPLIT.splitAsStream(text.toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty()).map(NoProxy::entry).toList();
    }

    /// Whether it names this host, which may have brackets, at this port.
    boolean names(String host, int port) {
        var lower = bare(host.toLowerCase(Locale.ROOT));
        return entries.stream().anyMatch(entry -> entry.test(lower, port));
    }

    private static BiPredicate<String, Integer> entry(String text) {
        var withPort = WITH_PORT.matcher(text);
        if (!Host.isLiteral(text) && withPort.matches()) {
            var host = host(withPort.group(1));
            var only = Integer.parseInt(withPort.group(2));
            return (name, port) -> port == only && host.test(name, port);
        }
        return host(text);
    }

    private static BiPredicate<String, Integer> host(String text) {
        if (text.equals("*")) {
            return (_, _) -> true;
        }
        var network = NETWORK.matcher(text);
        if (network.matches()) {
            var bits = Integer.parseInt(network.group(2));
            return address(network.group(1)).<BiPredicate<String, Integer>>map(first ->
                    (name, _) -> address(name).stream().anyMatch(it -> isIn(first, bits, it)))
                    .orElse((_, _) -> false);
        }
        var address = address(text);
        if (address.isPresent()) {
            return (name, _) -> address(name).equals(address);
        }
        var domain = bare(text.replaceFirst("^\\*?\\.", ""));
        return (name, _) -> name.equals(domain) || name.endsWith("." + domain);
    }

    private static Optional<InetAddress> address(String text) {
        return Host.isLiteral(text) ? Optional.of(InetAddress.ofLiteral(text)) : Optional.empty();
    }

    /// A name may end with the dot of DNS's root.
    private static String bare(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /// Whether the first bits of both addresses are the same.
    private static boolean isIn(InetAddress first, int bits, InetAddress other) {
        var one = first.getAddress();
        var two = other.getAddress();
        return one.length == two.length && bits <= one.length * Byte.SIZE
                && Stream.iterate(0, bit -> bit < bits, bit -> bit + 1).allMatch(bit ->
                        ((one[bit / Byte.SIZE] ^ two[bit / Byte.SIZE])
                                >> (Byte.SIZE - 1 - bit % Byte.SIZE) & 1) == 0);
    }
}
