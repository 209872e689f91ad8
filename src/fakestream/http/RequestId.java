package fakestream.http;

import com.sun.net.httpserver.Headers;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// The id of a request, used in the logs of the client, of this proxy and of the upstream. The
/// client's own id is used if it is harmless in all of them: at most 128 letters, digits, dots,
/// dashes and underscores. Otherwise a new one is made. Every response has the id.
public final class RequestId {
    /// The header that carries the id in both directions.
    public static final String HEADER = "X-Request-Id";

    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private RequestId() {
    }

    /// The id of a request with these headers. An id header that comes twice is ignored.
    public static String of(Headers headers, Supplier<String> ids) {
        var given = headers.getOrDefault(HEADER, List.of());
        return given.size() == 1 && HARMLESS.matcher(given.getFirst()).matches()
                ? given.getFirst() : ids.get();
    }

    /// Makes new ids: a prefix, as OpenAI's have, and 12 random bytes. Any thread may ask. The ids
    /// only need to differ; guessing one gains nothing.
    public static Supplier<String> supplier(String prefix) {
        return () -> {
            var bytes = new byte[12];
            ThreadLocalRandom.current().nextBytes(bytes);
            return prefix + HexFormat.of().formatHex(bytes);
        };
    }
}
