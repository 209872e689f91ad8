package fakestream.upstream;

import fakestream.config.Config;
import fakestream.http.HttpToken;
import fakestream.telemetry.Redactor;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/// Any header fields: the JDK's client can send those that are passed on, and none of them controls
/// a connection. Times and lengths from an upstream are understood or ignored.
public final class HeaderFuzz {
    private static final Set<String> NEVER = Set.of("connection", "cookie", "set-cookie", "host",
            "transfer-encoding", "content-length", "authorization", "x-accel-redirect",
            "x-forwarded-for", "access-control-allow-origin");

    private HeaderFuzz() {
    }

    /// Each line is a field; the JDK lets no other names through.
    public static void fuzzerTestOneInput(byte[] bytes) {
        var fields = fields(new String(bytes, StandardCharsets.ISO_8859_1));
        check(HeaderRules.toUpstream(fields, List.of("c*", "h*", "t*", "au*", "x-app")));
        check(HeaderRules.ofBodyToUpstream(fields));
        check(HeaderRules.toClient(fields));
        check(HeaderRules.ofBodyToClient(fields));
        HttpHeaders received;
        try {
            received = HttpHeaders.of(fields, (_, _) -> true);
        } catch (IllegalArgumentException _) {
            return;
        }
        var head = new UpstreamHead(429, received, Redactor.ofKeys());
        head.contentType();
        if (head.length() < -1) {
            throw new AssertionError("a length of " + head.length());
        }
        var retries = new Retries(Config.of(Map.of()), new Random(1), () -> Instant.EPOCH,
                () -> 0);
        for (int failures = 1; failures < 4; failures++) {
            retries.pause(failures, head, Optional::empty).ifPresent(HeaderFuzz::check);
        }
    }

    private static void check(Duration pause) {
        if (pause.isNegative() || pause.toSeconds() > 20) {
            throw new AssertionError("a pause of " + pause);
        }
    }

    private static void check(Map<String, String> passed) {
        var request = HttpRequest.newBuilder(URI.create("http://upstream.test/"));
        passed.forEach((name, value) -> {
            if (NEVER.contains(name)) {
                throw new AssertionError(name + " went on");
            }
            request.setHeader(name, value);
        });
    }

    private static Map<String, List<String>> fields(String text) {
        var fields = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        for (var line : text.split("\n")) {
            var colon = line.indexOf(':');
            if (colon > 0 && HttpToken.is(line.substring(0, colon))) {
                fields.computeIfAbsent(line.substring(0, colon), _ -> new ArrayList<>())
                        .add(line.substring(colon + 1).strip());
            }
        }
        return fields;
    }
}
