package fakestream.upstream;

import fakestream.config.Host;
import fakestream.http.Query;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The addresses of the upstream's endpoints, from a base URL as people type it: with or without
/// `/v1`, with trailing slashes, with a query, with one of Azure's deployments, or with a whole
/// endpoint pasted. The query may hold a key.
public final class UpstreamUrl {
    private static final Pattern PASTED_ENDPOINT = Pattern.compile("/(chat/completions|completions"
            + "|models|responses|messages|embeddings|moderations|models/[^/]+:[A-Za-z]+"
            + "|images/(generations|edits|variations)"
            + "|audio/(speech|transcriptions|translations))$");
    private static final Pattern VERSION = Pattern.compile("/v[0-9][^/]*(/|$)");
    /// Serves OpenAI's API below `/openai/v1` (Microsoft's "API version lifecycle").
    private static final Pattern AZURE = Pattern.compile(
            "(?i)\\.(openai|cognitiveservices|services\\.ai)\\.azure\\.(com|us|cn)$");
    private static final Pattern DEPLOYMENT = Pattern.compile("/openai/deployments/[^/]+$");
    /// One of Azure's places, a version, and all that follows them.
    private static final Pattern PLACE =
            Pattern.compile("(/openai(/deployments/[^/]+)?)?(/v[0-9].*)?$");
    /// Vertex's models, for which Gemini's clients ask as `v1beta/models/NAME`.
    private static final Pattern PUBLISHER = Pattern.compile("/publishers/[^/]+$");
    /// An endpoint with a version of Google's, or at Azure.
    private static final Pattern PLACED = Pattern.compile("(v[0-9]+[a-z][a-z0-9]*|openai)/");
    /// A longer one is refused: the JDK takes the square of the length to resolve many `a/../`.
    private static final int LONGEST_LOCATION = 8 * 1024;

    private final URI server;
    private final String base;
    /// The base without its place.
    private final String root;
    private final Query query;
    /// The endpoint of the last request, null before the first: most requests ask for the same
    /// one, and its address takes half a microsecond to make. Any thread may change it.
    private volatile Known last;

    /// @param name the endpoint as it was asked for
    private record Known(String name, URI address) {
    }

    private UpstreamUrl(URI server, String path, Query query) {
        this.server = server;
        this.base = path;
        this.root = PLACE.matcher(path).replaceFirst("");
        this.query = query;
    }

    /// The upstream at this address. Adds `/v1` to a base whose path has no `/v<digit>`, but not
    /// after a pasted endpoint, because the other endpoints stand beside that one, and not after
    /// one of Azure's deployments, which have no version.
    ///
    /// @throws IllegalArgumentException if the address is wrong; it never quotes credentials
    public static UpstreamUrl parse(String text) {
        var uri = uri(text.strip());
        var path = stripSlashes(uri.getRawPath() == null ? "" : uri.getRawPath());
        var pasted = PASTED_ENDPOINT.matcher(path);
        if (pasted.find()) {
            path = stripSlashes(pasted.replaceFirst(""));
        } else if (path.isEmpty() && AZURE.matcher(uri.getHost()).find()) {
            path = "/openai/v1";
        } else if (!VERSION.matcher(path).find() && !DEPLOYMENT.matcher(path).find()) {
            path += "/v1";
        }
        var server = URI.create(uri.getScheme() + "://" + uri.getRawAuthority());
        return new UpstreamUrl(server, path,
                new Query(uri.getRawQuery() == null ? "" : uri.getRawQuery()));
    }

    /// The upstreams at these addresses, split by commas or new lines.
    ///
    /// @throws IllegalArgumentException if one is wrong: that of [#parse(String)] for the first
    public static List<UpstreamUrl> parseAll(String text) {
        return Pattern.compile("[,\r\n]").splitAsStream(text).filter(url -> !url.isBlank())
                .map(UpstreamUrl::parse).toList();
    }

    /// The address of an endpoint, such as `chat/completions` or `models/gpt-4o?limit=2`, in its
    /// original characters. An endpoint that names its place, such as `v1beta/models`, replaces
    /// the base's place, except below one of Vertex's publishers. The base's query joins the
    /// endpoint's; if both have a parameter, the endpoint's value wins.
    public URI at(String endpoint) {
        var known = last;
        if (known == null || !known.name.equals(endpoint)) {
            known = new Known(endpoint, address(endpoint));
            last = known;
        }
        return known.address;
    }

    private URI address(String endpoint) {
        return URI.create(server + path(endpoint.split("\\?", 2)[0])
                + Query.of(endpoint).over(query).suffix());
    }

    private String path(String endpoint) {
        var placed = PLACED.matcher(endpoint);
        if (!placed.lookingAt()) {
            return base + "/" + endpoint;
        }
        return endpoint.startsWith("models/", placed.end()) && PUBLISHER.matcher(base).find()
                ? base + "/" + endpoint.substring(placed.end()) : root + "/" + endpoint;
    }

    /// The `Location` of a redirect of this endpoint, as the client can follow it. A target below
    /// the base becomes a path of the proxy, without the parameters that the proxy adds; any other
    /// stays a whole URL. Empty if it is no URI, or too long.
    Optional<String> forClient(String endpoint, String location) {
        if (location.length() > LONGEST_LOCATION) {
            return Optional.empty();
        }
        try {
            // RFC 3986 section 5.2.2: a query alone keeps the whole path, but URI.resolve drops its
            // last segment.
            var asked = at(endpoint);
            var target = asked.resolve(new URI(location.startsWith("?")
                    ? asked.getRawPath() + location : location));
            var fragment = target.getRawFragment() == null ? "" : "#" + target.getRawFragment();
            return Optional.of(ownPath(target).map(path -> path
                    + Query.of(target.toString()).without(query).suffix() + fragment)
                    .orElseGet(target::toString));
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    private Optional<String> ownPath(URI target) {
        var path = target.getRawPath();
        if (!origin(server).equals(origin(target)) || path == null
                || path.matches(".*/\\.{1,2}(/.*)?")) {
            return Optional.empty();
        }
        if (path.startsWith(base + "/")) {
            return Optional.of("/v1" + path.substring(base.length()));
        }
        return path.startsWith(root + "/")
                && PLACED.matcher(path.substring(root.length() + 1)).lookingAt()
                ? Optional.of(path.substring(root.length())) : Optional.empty();
    }

    private static String origin(URI uri) {
        var port = uri.getPort() >= 0 ? uri.getPort()
                : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
        return (uri.getScheme() + "://" + uri.getHost() + ":" + port).toLowerCase(Locale.ROOT);
    }

    /// Whether it is Azure's, which takes a key in the header `api-key`, and only tokens of Entra
    /// as bearer tokens.
    public boolean isAzures() {
        return AZURE.matcher(server.getHost()).find() || DEPLOYMENT.matcher(base).find();
    }

    /// Whether it uses TLS.
    boolean isSecure() {
        return server.getScheme().equalsIgnoreCase("https");
    }

    /// Whether a request to it neither computes for long nor waits: it uses plain HTTP, and its
    /// address needs no resolver.
    boolean neverBlocks() {
        return !isSecure() && Host.isLiteral(server.getHost());
    }

    /// The values in its query that may be secret.
    Stream<String> secrets() {
        return query.secrets();
    }

    /// The address without its query.
    @Override
    public String toString() {
        return server + base;
    }

    private static URI uri(String text) {
        try {
            var uri = new URI(text);
            var fault = uri.getRawUserInfo() != null ? "must not hold a user or password"
                    : uri.getScheme() == null || !uri.getScheme().matches("(?i)https?")
                            || uri.getHost() == null ? "must be http://HOST or https://HOST"
                    : uri.getPort() == 0 || uri.getPort() > 65535
                            ? "must have a port of 1 to 65535, or none"
                    : uri.getRawFragment() != null ? "must have no fragment" : null;
            if (fault != null) {
                throw new IllegalArgumentException(fault);
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is no URL: " + e.getReason(), e);
        }
    }

    private static String stripSlashes(String path) {
        return path.replaceFirst("/+$", "");
    }
}
