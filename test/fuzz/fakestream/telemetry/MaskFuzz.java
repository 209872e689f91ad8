package fakestream.telemetry;

import fakestream.json.Json;
import fakestream.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/// No known secret stays in any text, no mask is masked again, and JSON stays JSON.
public final class MaskFuzz {
    private static final String SECRET = "sk-the-operators-own-0123456789";
    private static final Redactor MASKS = new Redactor(Stream.of(SECRET));

    private MaskFuzz() {
    }

    public static void fuzzerTestOneInput(byte[] bytes) {
        var text = new String(bytes, StandardCharsets.UTF_8);
        var middle = text.length() / 2;
        var masked = MASKS.text(text.substring(0, middle) + SECRET + text.substring(middle));
        if (masked.contains(SECRET)) {
            throw new AssertionError("the secret stays: " + masked);
        }
        if (!MASKS.text(masked).equals(masked)) {
            throw new AssertionError("masked again: " + masked + " to " + MASKS.text(masked));
        }
        var body = MASKS.body(bytes);
        if (isJson(bytes) && !isJson(body)) {
            throw new AssertionError("no JSON any more: " + new String(body));
        }
    }

    private static boolean isJson(byte[] text) {
        try {
            Json.parse(text);
            return true;
        } catch (JsonException _) {
            return false;
        }
    }
}
