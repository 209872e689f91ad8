package fakestream.upstream;

import fakestream.config.Config;
import fakestream.config.Setting;
import fakestream.http.HttpToken;
import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;

/// Reads the headers that the operator adds to every upstream request. Their values may be secrets,
/// so no message shows one.
public final class ExtraHeaders {
    private static final int MOST = 32;

    private ExtraHeaders() {
    }

    /// The headers in these settings; none by default.
    static Map<String, String> of(Config config) {
        return config.get(Setting.UPSTREAM_EXTRA_HEADERS_JSON)
                .map(secret -> parse(secret.reveal())).orElse(Map.of());
    }

    /// Parses a JSON object of strings, at most 32.
    ///
    /// @throws IllegalArgumentException if a header cannot be sent; names it, never its value
    public static Map<String, String> parse(String json) {
        try {
            if (!(Json.parse(json) instanceof JsonObject(var members))) {
                throw new IllegalArgumentException("must be a JSON object of strings");
            }
            if (members.size() > MOST) {
                throw new IllegalArgumentException("has more than " + MOST + " headers");
            }
            var headers = new LinkedHashMap<String, String>();
            members.forEach((name, value) -> headers.put(name, checked(name, value)));
            return headers;
        } catch (JsonException e) {
            throw new IllegalArgumentException("is not JSON: " + e.getMessage(), e);
        }
    }

    private static String checked(String name, JsonValue value) {
        if (!HttpToken.is(name)) {
            throw new IllegalArgumentException("has a header whose name is no token of RFC 9110");
        }
        if (HeaderRules.isOurs(name)) {
            throw new IllegalArgumentException("'" + name + "' is set by the proxy itself");
        }
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
