package fakestream.http;

import fakestream.telemetry.Redactor;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The query of a URL or of a request's target, still encoded. It may hold a key, so it is never
/// shown.
public record Query(String raw) {
    /// Parameters in which APIs accept a key.
    private static final Set<String> KEYS = Set.of("key", "api_key", "api-key", "apikey",
            "x-api-key", "x-goog-api-key", "api_token", "api-token", "access_token", "access-token",
            "auth_token", "auth-token", "authorization", "subscription-key",
            "ocp-apim-subscription-key");

    /// The query of a target: the text after its first question mark.
    public static Query of(String target) {
        var parts = target.split("\\?", 2);
        return new Query(parts.length < 2 ? "" : parts[1].split("#", 2)[0]);
    }

    /// The path of a target, without query or fragment.
    public static String path(String target) {
        return target.split("\\?", 2)[0].split("#", 2)[0];
    }

    /// The value of the first parameter with this name, or null.
    public String get(String name) {
        return parameters().filter(parameter -> name(parameter).equals(name))
                .map(Query::value).findFirst().orElse(null);
    }

    /// This query without the parameters of these names.
    public Query without(Set<String> names) {
        return of(parameters().filter(parameter -> !names.contains(name(parameter))));
    }

    /// This query without the parameters whose names the other query has.
    public Query without(Query other) {
        return without(other.parameters().map(Query::name).collect(Collectors.toSet()));
    }

    /// This query without each parameter that carries a key: it has a key's name, or its value is
    /// `key` or looks like a key.
    ///
    /// @param key that the client has sent; may be empty
    public Query withoutKeys(String key) {
        var redactor = Redactor.ofKeys();
        return of(parameters().filter(parameter -> !KEYS.contains(name(parameter)
                .toLowerCase(Locale.ROOT)) && (key.isEmpty() || !value(parameter).equals(key))
                && redactor.text(value(parameter)).equals(value(parameter))));
    }

    /// This query, preceded by the parameters of the other query whose names this one lacks.
    public Query over(Query other) {
        return other.raw.isEmpty() ? this
                : of(Stream.concat(other.without(this).parameters(), parameters()));
    }

    /// The values that may be secret. A version is none.
    public Stream<String> secrets() {
        return parameters().filter(parameter -> !name(parameter).endsWith("version"))
                .flatMap(parameter -> Stream.of(value(parameter),
                        parameter.substring(parameter.indexOf('=') + 1)));
    }

    /// The query with its question mark, or nothing if it is empty.
    public String suffix() {
        return raw.isEmpty() ? "" : "?" + raw;
    }

    @Override
    public String toString() {
        return raw.isEmpty() ? "" : "?...";
    }

    private static Query of(Stream<String> parameters) {
        return new Query(parameters.collect(Collectors.joining("&")));
    }

    private Stream<String> parameters() {
        return Arrays.stream(raw.split("&")).filter(parameter -> !parameter.isEmpty());
    }

    private static String name(String parameter) {
        return decoded(parameter.split("=", 2)[0]);
    }

    private static String value(String parameter) {
        return parameter.contains("=")
                ? decoded(parameter.substring(parameter.indexOf('=') + 1)) : "";
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
