package fakestream.upstream;

import fakestream.config.Host;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;

/// Where the upstream's endpoints are, from a base as people type it: with or without `/v1`, with
/// slashes behind it, or with a whole endpoint pasted.
public final class UpstreamUrl {
    private static final Pattern PASTED_ENDPOINT = Pattern.compile(
            "/(chat/completions|completions|models|responses|messages|embeddings)$");
    private static final Pattern VERSION = Pattern.compile("/v[0-9][^/]*(/|$)");

    private final String base;
    private final String unversioned;

    private UpstreamUrl(String server, String path) {
        this.base = server + path;
        this.unversioned = server + path.replaceFirst("/v[0-9].*$", "");
    }

    /// The upstream under this address. `/v1` is added where its path has no `/v<digit>`.
    ///
    /// @throws IllegalArgumentException saying what is wrong with it, never quoting credentials
    public static UpstreamUrl parse(String text) {
        var uri = uri(text.strip());
        var path = stripSlashes(uri.getRawPath() == null ? "" : uri.getRawPath());
        path = stripSlashes(PASTED_ENDPOINT.matcher(path).replaceFirst(""));
        if (!VERSION.matcher(path).find()) {
            path += "/v1";
        }
        return new UpstreamUrl(uri.getScheme() + "://" + uri.getRawAuthority(), path);
    }

    /// The upstreams under these addresses, split by commas or new lines.
    ///
    /// @throws IllegalArgumentException as [#parse(String)] does, for the first that is wrong
    public static List<UpstreamUrl> parseAll(String text) {
        return Pattern.compile("[,\r\n]").splitAsStream(text).filter(url -> !url.isBlank())
                .map(UpstreamUrl::parse).toList();
    }

    /// The address of an endpoint, such as `chat/completions` or `models/gpt-4o`, with the
    /// characters that it came in. One that names its version itself, such as `v1beta/models`,
    /// stands in place of the base's own.
    public URI at(String endpoint) {
        var versioned = endpoint.startsWith("v1beta/");
        return URI.create((versioned ? unversioned : base) + "/" + endpoint);
    }

    /// Whether it is asked over TLS.
    boolean isSecure() {
        return base.regionMatches(true, 0, "https:", 0, "https:".length());
    }

    /// Whether a request to it neither computes for long nor waits: it is plain HTTP, to an address
    /// that no resolver is asked for.
    boolean neverBlocks() {
        return !isSecure() && Host.isLiteral(URI.create(base).getHost());
    }

    @Override
    public String toString() {
        return base;
    }

    private static URI uri(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is no URL: " + e.getReason(), e);
        }
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("must not hold a user or password");
        }
        if (uri.getScheme() == null || !uri.getScheme().matches("(?i)https?")
                || uri.getHost() == null) {
            throw new IllegalArgumentException("must be http://HOST or https://HOST");
        }
        if (uri.getPort() == 0 || uri.getPort() > 65535) {
            throw new IllegalArgumentException("must have a port of 1 to 65535, or none");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("must have no query and no fragment");
        }
        return uri;
    }

    private static String stripSlashes(String path) {
        return path.replaceFirst("/+$", "");
    }
}
