package fakestream.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Parses random texts, most of them JSON or nearly JSON. [Json] and a plain reference parser give
/// the same value or the same error message.
final class JsonDifferenceTest {
    private static final String[] NAMES = {"\"a\"", "\"\\u0061\"", "\"b\"", "\"\"", "\"\u00e9\"",
        "\"\\u00e9\"", "\"\\u00E9\"", "\"Aa\"", "\"BB\"", "\"\\ud83d\\ude00\"", "\"\ud83d\ude00\"",
        "\"\\ud83d\"", "\"a\\\"b\"", "\"a\\n\"", "\"long and longer name\""};
    private static final String[] VALUES = {"0", "-1.50e+7", "true", "false", "null", "\"\"",
        "\"text\"", "\"\\u2028\u2028\u0085\u2029\"", "\"\\\\\"", "\"\\/\\\"\"", "[]", "{}",
        "\"\ud83d\ude00 \u4e2d\\ude00\"", "1e400", "\"{[,:]}\""};
    private static final String[] NOISE = {"x", ",", ":", "\"", "\\", "]", "}", "\n", "\0",
        "\u00e9", "tru", "01", "\ufeff", "."};

    private final Random random = new Random(15);

    /// Reads a text.
    private interface Parsing {
        JsonValue parse() throws JsonException;
    }

    @Test
    void parsesLikeThePlainParser() {
        for (int i = 0; i < 60_000; i++) {
            var text = new StringBuilder();
            value(text, i % 7);
            if (i % 3 == 0) {
                spoil(text);
            }
            check(text.toString());
        }
    }

    @Test
    void refusesTheSameBytesAsThePlainParser() {
        for (int i = 0; i < 60_000; i++) {
            var text = new StringBuilder();
            value(text, 3);
            var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            for (int n = random.nextInt(3); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            check(bytes);
        }
    }

    @Test
    void keepsTheLastOfManyRepeatedMembers() {
        for (int members = 2; members < 3000; members += 1 + members / 3) {
            for (int names : new int[] {1, 2, members / 2 + 1, members - 1}) {
                var text = new StringBuilder("[{");
                for (int i = 0; i < members; i++) {
                    text.append(i == 0 ? "" : ",").append("\"n").append(random.nextInt(names))
                            .append("\": {\"x\":").append(i).append(",\"x\":[").append(i)
                            .append("],\"y\":1}");
                }
                check(text.append("}]").toString());
            }
        }
    }

    /// The documents are wide and long enough to reach the code for large values.
    @Test
    void parsesLargeDocumentsLikeThePlainParser() {
        for (int i = 0; i < 40; i++) {
            var text = new StringBuilder("{\"start\": [ ");
            for (int n = 0; n < 300 + 40 * i; n++) {
                text.append(n == 0 ? "" : i % 2 == 0 ? "," : " ,\n");
                value(text, 2);
            }
            text.append("],\"long\": \"").append((i % 3 == 0 ? "x\u2028" : "xy").repeat(5000))
                    .append("\", \"start\" : \"").append("z".repeat(i * 100)).append("\"}");
            check(text.toString());
        }
    }

    private void value(StringBuilder text, int depth) {
        var kind = depth == 0 ? 2 : random.nextInt(3);
        if (kind == 2) {
            text.append(VALUES[random.nextInt(VALUES.length)]);
            return;
        }
        blank(text.append(kind == 0 ? "{" : "["));
        for (int i = 0, n = random.nextInt(5); i < n; i++) {
            blank(text.append(i == 0 ? "" : ","));
            if (kind == 0) {
                blank(text.append(NAMES[random.nextInt(NAMES.length)]));
                blank(text.append(":"));
            }
            value(text, depth - 1);
            blank(text);
        }
        text.append(kind == 0 ? "}" : "]");
    }

    private void blank(StringBuilder text) {
        var blanks = new String[] {"", "", "", "", " ", "\n", "\r\n\t"};
        text.append(blanks[random.nextInt(blanks.length)]);
    }

    private void spoil(StringBuilder text) {
        var at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
            case 0 -> text.deleteCharAt(at);
            case 1 -> text.insert(at, NOISE[random.nextInt(NOISE.length)]);
            default -> text.setLength(at);
        }
    }

    private static void check(String text) {
        check(text, ReferenceParser.read(text), () -> Json.parse(text));
        check(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void check(byte[] utf8) {
        check(new String(utf8, StandardCharsets.UTF_8), ReferenceParser.read(utf8),
                () -> Json.parse(utf8));
    }

    private static void check(String text, Object expected, Parsing parsing) {
        try {
            var value = parsing.parse();
            assertEquals(expected, value, text);
            assertEquals(value, expected, text);
            var written = value.toString();
            assertEquals(ReferenceParser.read(written), expected, text);
            assertEquals(List.of(), written.lines().skip(1).toList(), text);
            assertFalse(written.matches("(?s).*[\r\n\u0085\u2028\u2029].*"), text);
            assertEquals(names(expected), names(value), text);
            assertEquals(expected.hashCode(), value.hashCode(), text);
        } catch (JsonException e) {
            assertEquals(expected, e.getMessage(), text);
        }
    }

    private static Object names(Object value) {
        return value instanceof JsonObject object ? List.copyOf(object.members().keySet())
                : value instanceof JsonArray array && !array.elements().isEmpty()
                        ? names(array.elements().getFirst()) : "";
    }
}
