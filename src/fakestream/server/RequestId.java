package fakestream.server;

import com.sun.net.httpserver.Headers;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// The name of a request, under which it stands in the logs of the client, of this proxy and of the
/// upstream: the client's own, where it can do no harm in any of them, and else a new one.
final class RequestId {
    /// The header that carries it, each way.
    static final String HEADER = "X-Request-Id";

    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final int RANDOM_BYTES = 12;

    private RequestId() {
    }

    /// The id of a request with these headers. One that comes twice is nobody's.
    static String of(Headers headers, Supplier<String> ids) {
        var given = headers.getOrDefault(HEADER, List.of());
        return given.size() == 1 && HARMLESS.matcher(given.getFirst()).matches()
                ? given.getFirst() : ids.get();
    }

    /// Makes new ones, in the form that OpenAI gives them. Any thread may ask.
    static Supplier<String> supplier() {
        var random = new SecureRandom();
        return () -> {
            var bytes = new byte[RANDOM_BYTES];
            random.nextBytes(bytes);
            return "req_" + HexFormat.of().formatHex(bytes);
        };
    }
}
