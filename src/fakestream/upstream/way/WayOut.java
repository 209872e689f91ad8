package fakestream.upstream.way;

import fakestream.config.Config;
import fakestream.config.ConfigException;
import fakestream.config.Given;
import fakestream.config.Host;
import fakestream.config.Secret;
import fakestream.config.Setting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// The ways to all upstreams. The first of these decides: UPSTREAM_PROXY; the JVM's own properties,
/// such as `https.proxyHost`; and the environment's HTTPS_PROXY or HTTP_PROXY, or ALL_PROXY, but
/// not for loopback and what NO_PROXY names. Any thread may use it: it changes only its memory of
/// what it decided.
public final class WayOut extends ProxySelector {
    private static final List<String> OFF = List.of("off", "none");

    private final Config config;
    private final Optional<Way> ofSetting;
    private final NoProxy exceptions;
    /// By scheme, host and port. There are as many as upstreams.
    private final Map<String, Way> known = new ConcurrentHashMap<>();

    public WayOut(Config config) {
        this.config = config;
        this.ofSetting = config.get(Setting.UPSTREAM_PROXY).map(Secret::reveal).map(text ->
                new Way(parse(text), Setting.UPSTREAM_PROXY + (isOff(text) ? "=off" : "")));
        this.exceptions = new NoProxy(config.variable("NO_PROXY").map(Given::value).orElse(""));
    }

    /// The proxy in the text of UPSTREAM_PROXY; empty if it is `off` or `none`.
    ///
    /// @throws IllegalArgumentException if it is no proxy; the message does not repeat it
    public static Optional<HttpProxy> parse(String text) {
        return isOff(text) ? Optional.empty() : Optional.of(HttpProxy.parse(text));
    }

    private static boolean isOff(String text) {
        return OFF.contains(text.toLowerCase(Locale.ROOT));
    }

    /// The way to this target.
    ///
    /// @throws IllegalArgumentException if a variable of the environment is wrong
    public Way to(URI target) {
        return ofSetting.orElseGet(() -> known.computeIfAbsent(target.getScheme() + "://"
                + target.getRawAuthority(), _ -> find(target)));
    }

    /// Finds the way to each of these targets, so that a wrong variable is reported at the start.
    ///
    /// @throws ConfigException if a variable that decides about one of them is wrong
    public void check(Stream<URI> targets) throws ConfigException {
        var problems = new LinkedHashSet<String>();
        targets.forEach(target -> {
            try {
                to(target);
            } catch (IllegalArgumentException e) {
                problems.add(e.getMessage());
            }
        });
        if (!problems.isEmpty()) {
            throw new ConfigException(List.copyOf(problems));
        }
    }

    private Way find(URI target) {
        return ofJvm(target)
                .or(() -> variable(target).map(variable -> ofVariable(variable, target)))
                .orElse(Way.DIRECT);
    }

    private static Optional<Way> ofJvm(URI target) {
        return ProxySelector.getDefault().select(target).stream()
                .filter(proxy -> proxy.type() == Proxy.Type.HTTP)
                .map(proxy -> (InetSocketAddress) proxy.address()).findFirst()
                .map(at -> new Way(Optional.of(new HttpProxy(at.getHostString(), at.getPort(), "")),
                        target.getScheme().toLowerCase(Locale.ROOT) + ".proxyHost"));
    }

    /// The variable that gives a proxy for this target, whatever NO_PROXY says.
    private Optional<Given> variable(URI target) {
        return Host.isLoopback(target.getHost()) ? Optional.empty()
                : config.variable(target.getScheme().toUpperCase(Locale.ROOT) + "_PROXY")
                        .or(() -> config.variable("ALL_PROXY"));
    }

    private Way ofVariable(Given variable, URI target) {
        if (exceptions.names(target.getHost(), port(target))) {
            return new Way(Optional.empty(), "NO_PROXY");
        }
        try {
            return new Way(Optional.of(HttpProxy.parse(variable.value())), variable.name());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(variable.problem(e.getMessage()
                    + "; with UPSTREAM_PROXY=off it does not count"), e);
        }
    }

    /// For the JDK's client: the proxy on the way to this target, or none.
    @Override
    public List<Proxy> select(URI target) {
        return List.of(to(target).proxy().map(HttpProxy::address).orElse(Proxy.NO_PROXY));
    }

    /// Does nothing: the failed call reports it.
    @Override
    public void connectFailed(URI target, SocketAddress proxy, IOException failure) {
    }

    private static int port(URI target) {
        return target.getPort() >= 0 ? target.getPort()
                : target.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }
}
