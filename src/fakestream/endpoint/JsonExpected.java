package fakestream.endpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Tells from a request's head whether its answer will be JSON; the request itself passes unread.
/// Blank lines would spoil any other answer, so a request in doubt gets none.
public final class JsonExpected {
    private static final Set<String> ANYTHING = Set.of("", "*/*", "application/*");

    /// A stream of JSON is not JSON.
    private static final Set<String> STREAMED =
            Set.of("text/event-stream", "application/stream+json");

    /// Endpoints without JSON: sound and its text, session descriptions, downloads, streams. Most
    /// clients accept anything there too, and the SDKs accept JSON even if they ask for a text.
    private static final Pattern OTHER = Pattern.compile("(.*/)?(audio|tts|text-to-speech"
            + "|sound-generation|realtime|content|results)([/?].*)?"
            + "|.*(stream|:download|alt=media|alt=sse).*");

    /// With these an answer may have its own status, and a part of a body or none.
    private static final Set<String> CONDITIONS =
            Set.of("Range", "If-none-match", "If-modified-since", "Upgrade");

    private JsonExpected() {
    }

    /// Whether the answer to this request will be JSON. A POST need not accept JSON by name: many
    /// clients accept anything. A GET may fetch a file, and a DELETE may get no content.
    ///
    /// @param endpoint the upstream's endpoint, with its query
    /// @param headers of the request, under the names that [com.sun.net.httpserver.Headers] gives
    public static boolean by(String method, String endpoint, Map<String, List<String>> headers) {
        if (method.equals("HEAD") || OTHER.matcher(endpoint.toLowerCase(Locale.ROOT)).matches()
                || CONDITIONS.stream().anyMatch(headers::containsKey)) {
            return false;
        }
        var accepted = accepted(headers).toList();
        return accepted.stream().noneMatch(STREAMED::contains)
                && (accepted.stream().anyMatch(JsonExpected::isJson)
                        || method.equals("POST") && ANYTHING.containsAll(accepted));
    }

    /// Whether this media type is JSON.
    public static boolean isJson(String type) {
        return (type.endsWith("/json") || type.endsWith("+json")) && !STREAMED.contains(type);
    }

    private static Stream<String> accepted(Map<String, List<String>> headers) {
        return headers.getOrDefault("Accept", List.of("")).stream()
                .flatMap(field -> Arrays.stream(field.toLowerCase(Locale.ROOT).split(",")))
                .map(range -> range.split(";", 2)[0].strip());
    }
}
