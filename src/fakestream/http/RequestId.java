package fakestream.http;

import com.sun.net.httpserver.Headers;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// The name of a request, under which it stands in the logs of the client, of this proxy and of the
/// upstream: the client's own, where it can do no harm in any of them, and else a new one. Harmless
/// are at most 128 letters, digits, dots, dashes and underscores. The id is on every answer.
public final class RequestId {
    /// The header that carries it, each way.
    public static final String HEADER = "X-Request-Id";

    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private RequestId() {
    }

    /// The id of a request with these headers. One that comes twice is nobody's.
    public static String of(Headers headers, Supplier<String> ids) {
        var given = headers.getOrDefault(HEADER, List.of());
        return given.size() == 1 && HARMLESS.matcher(given.getFirst()).matches()
                ? given.getFirst() : ids.get();
    }

    /// Makes new ones: a prefix, as OpenAI's have, and so many random bytes. Any thread may ask.
    /// They only need to differ: who guesses one has gained nothing.
    public static Supplier<String> supplier(String prefix, int count) {
        return () -> {
            var bytes = new byte[count];
            ThreadLocalRandom.current().nextBytes(bytes);
            return prefix + HexFormat.of().formatHex(bytes);
        };
    }
}
