package fakestream.http;

import fakestream.json.JsonObject;
import fakestream.protocol.ApiError;
import fakestream.protocol.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// A whole response: status, headers and body, sent at once.
public record Response(int status, Map<String, String> headers, byte[] body) {
    /// A response without a body.
    public static Response empty(int status, Map<String, String> headers) {
        return new Response(status, headers, new byte[0]);
    }

    public static Response json(int status, JsonObject body) {
        return json(status, Map.of(), body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// A plain text that caches must not store.
    public static Response text(int status, String text) {
        return new Response(status, Map.of("Content-Type", "text/plain; charset=utf-8",
                "Cache-Control", "no-store"), text.getBytes(StandardCharsets.UTF_8));
    }

    /// JSON, with its bytes unchanged.
    public static Response json(int status, Map<String, String> headers, byte[] body) {
        return new Response(status, Map.of(), body).with(headers)
                .with(Map.of("Content-Type", "application/json", "Cache-Control", "no-store"));
    }

    /// An error in the form of the API that was called.
    public static Response error(Protocol protocol, int status, ApiError error) {
        return json(status, protocol.error(status, error)).with(retryAfter(error));
    }

    /// The `retry-after` header, in seconds, if the error says when to try again (RFC 9110 section
    /// 10.2.3).
    public static Map<String, String> retryAfter(ApiError error) {
        return error.retryDelay().map(delay -> Map.of("retry-after",
                String.valueOf(delay.plusSeconds(1).minusNanos(1).toSeconds()))).orElse(Map.of());
    }

    /// This response with more headers.
    public Response with(Map<String, String> more) {
        var all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new Response(status, all, body);
    }
}
