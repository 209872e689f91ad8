package fakestream.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// A response as the client read it.
///
/// @param headers by their names in lower case
public record ClientResponse(int status, Map<String, String> headers, byte[] body) {
    public String header(String name) {
        return headers.get(name);
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public JsonObject json() {
        return object(text());
    }

    /// The OpenAI error of this response. Fails unless it has all four members and stands alone.
    public JsonObject error(int status) {
        assertEquals(status, this.status, this::text);
        assertEquals("application/json", header("content-type"));
        return error(json());
    }

    /// The OpenAI error of a body or event. Fails unless it has all four members and stands alone.
    public static JsonObject error(JsonObject body) {
        assertEquals(List.of("error"), List.copyOf(body.members().keySet()), body::toString);
        var error = (JsonObject) body.get("error");
        assertTrue(error.string("message") != null, error::toString);
        assertTrue(error.has("type") && error.has("param") && error.has("code"), error::toString);
        return error;
    }

    /// Parses a JSON object.
    public static JsonObject object(String text) {
        try {
            return (JsonObject) Json.parse(text);
        } catch (JsonException | ClassCastException e) {
            throw new AssertionError("no JSON object: " + text, e);
        }
    }
}
