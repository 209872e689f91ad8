package fakestream.http;

import com.sun.net.httpserver.Headers;
import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.config.StreamMode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/// Cross-origin rules (Fetch standard, section 3.3): pages of the allowed origins may use the API
/// and read its responses, errors too. API keys are not credentials in that standard's sense, so
/// credentials are never allowed.
public final class Cors {
    private static final int MOST_HEADERS = 64;
    private static final int LONGEST = 4096;

    /// The headers that a preflight gets if its own cannot be echoed.
    private static final String USUAL_HEADERS =
            "Authorization, Content-Type, X-Api-Key, Api-Key, " + StreamMode.HEADER;
    private static final String EXPOSED =
            "X-Request-Id, X-Upstream-Request-Id, Retry-After, Retry-After-Ms, X-Should-Retry";

    private final List<String> origins;
    private final boolean any;
    private final String methods;

    public Cors(Config config) {
        this.origins = config.get(Setting.CORS_ALLOW_ORIGIN);
        this.any = origins.contains("*");
        this.methods = config.get(Setting.PASS_THROUGH) ? RequestValidator.ALLOW
                : "GET, HEAD, POST, OPTIONS";
    }

    /// Whether this is a preflight: it asks if another request may be sent.
    public static boolean isPreflight(ClientExchange client) {
        return client.method().equals("OPTIONS")
                && client.headers().containsKey("Origin")
                && client.headers().containsKey("Access-Control-Request-Method");
    }

    /// Sets the headers that every response needs, errors too. With a list, the response differs by
    /// origin; `Vary` tells caches so, even if the request had no origin.
    public void allow(Headers request, Headers response) {
        var origin = request.getFirst("Origin");
        if (any) {
            response.set("Access-Control-Allow-Origin", "*");
        } else {
            response.add("Vary", "Origin");
            if (origin != null && origins.contains(origin)) {
                response.set("Access-Control-Allow-Origin", origin);
            }
        }
        response.set("Access-Control-Expose-Headers", EXPOSED);
    }

    /// From now on, a page of any other origin cannot read the response.
    public static void refuse(Headers response) {
        response.remove("Access-Control-Allow-Origin");
    }

    /// The response to a preflight. It names each requested header, because `*` does not cover
    /// `Authorization`, and SDKs send more headers than any fixed list has. If the browser asks, an
    /// allowed page may also step from a public network into a private one (Private Network Access,
    /// section 3.1): a user's daemon mostly listens on a loopback address.
    public Response preflight(Headers request) {
        var answer = new LinkedHashMap<String, String>();
        answer.put("Access-Control-Allow-Methods", methods);
        answer.put("Access-Control-Allow-Headers", echoed(request));
        answer.put("Access-Control-Max-Age", "86400");
        answer.put("Vary", any ? "Access-Control-Request-Headers"
                : "Origin, Access-Control-Request-Headers");
        if ("true".equals(request.getFirst("Access-Control-Request-Private-Network"))
                && (any || origins.contains(request.getFirst("Origin")))) {
            answer.put("Access-Control-Allow-Private-Network", "true");
        }
        return Response.empty(204, answer);
    }

    private static String echoed(Headers request) {
        var asked = request.getOrDefault("Access-Control-Request-Headers", List.of("")).getFirst();
        var names = Arrays.stream(asked.split(",")).map(String::strip).toList();
        var harmless = asked.length() <= LONGEST && names.size() <= MOST_HEADERS
                && names.stream().allMatch(HttpToken::is);
        return harmless ? String.join(", ", names) : USUAL_HEADERS;
    }
}
