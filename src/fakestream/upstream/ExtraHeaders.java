package fakestream.upstream;

import fakestream.http.HttpToken;
import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;

/// The headers that the operator adds to every upstream request. Their values may be secrets, so no
/// message and no toString shows one.
public final class ExtraHeaders {
    private static final int MOST = 32;

    private final Map<String, String> headers;

    private ExtraHeaders(Map<String, String> headers) {
        this.headers = headers;
    }

    /// No headers.
    public static ExtraHeaders none() {
        return new ExtraHeaders(Map.of());
    }

    /// Parses a JSON object of strings, at most 32.
    ///
    /// @throws IllegalArgumentException if a header cannot be sent; names it, never its value
    public static ExtraHeaders parse(String json) {
        if (!(parsed(json) instanceof JsonObject(var members))) {
            throw new IllegalArgumentException("must be a JSON object of strings");
        }
        if (members.size() > MOST) {
            throw new IllegalArgumentException("has more than " + MOST + " headers");
        }
        var headers = new LinkedHashMap<String, String>();
        members.forEach((name, value) -> headers.put(checked(name), text(name, value)));
        return new ExtraHeaders(headers);
    }

    Map<String, String> all() {
        return headers;
    }

    private static JsonValue parsed(String json) {
        try {
            return Json.parse(json);
        } catch (JsonException e) {
            throw new IllegalArgumentException("is not JSON: " + e.getMessage(), e);
        }
    }

    private static String checked(String name) {
        if (!HttpToken.is(name)) {
            throw new IllegalArgumentException("a header's name is no token of RFC 9110");
        }
        if (HeaderRules.isOurs(name)) {
            throw new IllegalArgumentException("'" + name + "' is set by the proxy itself");
        }
        return name;
    }

    private static String text(String name, JsonValue value) {
        if (!(value instanceof JsonString(var text))) {
            throw new IllegalArgumentException("the value of '" + name + "' must be a string");
        }
        if (!HeaderRules.isValue(text)) {
            throw new IllegalArgumentException("the value of '" + name
                    + "' has characters other than visible ASCII, blank and tab");
        }
        return text;
    }
}
