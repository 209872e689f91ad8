package fakestream.server;

import fakestream.http.Query;
import fakestream.upstream.UpstreamUrl;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Any target that the JDK's server accepts leads to a route, never to another host or out of the
/// upstream's base path. A key in the query goes no further.
public final class TargetFuzz {
    private static final UpstreamUrl UPSTREAM = UpstreamUrl.parse("http://upstream.test/base/v1");

    private TargetFuzz() {
    }

    public static void fuzzerTestOneInput(byte[] bytes) {
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException _) {
            return;
        }
        var target = uri.toString();
        var query = Query.of(target).withoutKeys("");
        if (query.get("key") != null) {
            throw new AssertionError("the key is still there: " + query.raw());
        }
        check(Route.of(target, List.of(), false), query);
        check(Route.of(target, List.of("v1"), true), query);
    }

    private static void check(Route route, Query query) {
        if (route.kind() != Route.Kind.NONE && route.kind() != Route.Kind.PAGE) {
            check(UPSTREAM.at(route.name() + query.suffix()));
            check(UPSTREAM.at(route.whole() + query.suffix()));
            route.model();
        }
    }

    private static void check(URI upstream) {
        var plain = upstream.normalize();
        if (!"upstream.test".equals(upstream.getHost()) || upstream.getRawFragment() != null
                || !plain.getRawPath().startsWith("/base/")
                || plain.getPath().matches(".*/\\.\\.?(/.*)?")) {
            throw new AssertionError("it leads to " + upstream);
        }
    }
}
