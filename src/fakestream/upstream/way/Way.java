package fakestream.upstream.way;

import java.net.http.HttpRequest;
import java.util.Optional;

/// The way to an upstream: directly, or through a proxy.
///
/// @param proxy empty if directly
/// @param reason the setting or variable that decides it; empty if none does
public record Way(Optional<HttpProxy> proxy, String reason) {
    /// The way that needs no setting.
    public static final Way DIRECT = new Way(Optional.empty(), "");

    private static final String AUTHORIZATION = "Proxy-Authorization";

    /// Whether a proxy makes a tunnel for this request, so that it can neither read nor answer it.
    public boolean isTunnel(HttpRequest request) {
        return proxy.isPresent() && request.uri().getScheme().equalsIgnoreCase("https");
    }

    /// The request with the user and password for the proxy. The JDK's client sends them to a proxy
    /// only: before a tunnel, never through it.
    public HttpRequest authorized(HttpRequest request) {
        return proxy.flatMap(HttpProxy::authorization)
                .map(value -> HttpRequest.newBuilder(request, (_, _) -> true)
                        .setHeader(AUTHORIZATION, value).build()).orElse(request);
    }

    /// The rest of a line about an upstream, such as ` through http://proxy:3128 (HTTPS_PROXY)`;
    /// empty if nothing decides it.
    @Override
    public String toString() {
        return reason.isEmpty() ? ""
                : proxy.map(it -> " through " + it).orElse(" directly") + " (" + reason + ")";
    }
}
