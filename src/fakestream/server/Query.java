package fakestream.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The query of a request's target, in the characters that it came in. It may hold a key, so it is
/// never shown.
record Query(String raw) {
    /// The query of a target: what stands behind its first question mark.
    static Query of(String target) {
        var parts = target.split("\\?", 2);
        return new Query(parts.length < 2 ? "" : parts[1].split("#", 2)[0]);
    }

    /// The value of the first parameter with this name, or null.
    String get(String name) {
        return parameters().filter(parameter -> named(parameter, name))
                .map(parameter -> parameter.contains("=")
                        ? decoded(parameter.substring(parameter.indexOf('=') + 1)) : "")
                .findFirst().orElse(null);
    }

    /// The same without the parameters of these names.
    Query without(String... names) {
        return new Query(parameters()
                .filter(parameter -> Arrays.stream(names).noneMatch(n -> named(parameter, n)))
                .collect(Collectors.joining("&")));
    }

    /// As it stands behind a path: with its question mark, or nothing.
    String suffix() {
        return raw.isEmpty() ? "" : "?" + raw;
    }

    @Override
    public String toString() {
        return raw.isEmpty() ? "" : "?...";
    }

    private Stream<String> parameters() {
        return Arrays.stream(raw.split("&")).filter(parameter -> !parameter.isEmpty());
    }

    private static boolean named(String parameter, String name) {
        return decoded(parameter.split("=", 2)[0]).equals(name);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
