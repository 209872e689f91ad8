package fakestream.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.testing.Growth;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class JsonWriterTest {

    @Test
    void writesEveryKindOfValueWithoutBlanks() {
        var value = new JsonObject.Builder()
                .add("text", "a")
                .add("number", -1)
                .add("yes", true)
                .add("no", false)
                .add("nothing", JsonNull.NULL)
                .add("list", JsonArray.of(JsonNumber.of(1), new JsonString(""), JsonArray.EMPTY))
                .add("object", JsonObject.EMPTY.with("a", JsonBoolean.TRUE))
                .add("empty", JsonObject.EMPTY)
                .build();
        assertEquals("{\"text\":\"a\",\"number\":-1,\"yes\":true,\"no\":false,\"nothing\":null,"
                + "\"list\":[1,\"\",[]],\"object\":{\"a\":true},\"empty\":{}}", value.toString());
    }

    @Test
    void escapesQuoteAndBackslash() {
        assertEquals("\"say \\\"a\\\\b\\\"\"", Json.quote("say \"a\\b\""));
    }

    @Test
    void escapesEveryControlCharacter() {
        assertEquals("\"\\u0000\\u0001\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u001b\\u001f \"",
                Json.quote("\0\1\7\b\t\n\u000b\f\r\u000e\u001b\u001f "));
    }

    @Test
    void escapesUnicodeLineSeparators() {
        assertEquals("\"a\\u0085b\\u2028c\\u2029\"", Json.quote("a\u0085b\u2028c\u2029"));
    }

    @Test
    void writesEverythingElseAsItIs() {
        var text = "a/b <&>' \u007f\u0080\u0084\u0086\u00a0\u00e9\u2027\u202a\u20ac"
                + "\ufeff\ufffd\uffff\ud83d\ude00";
        assertEquals('"' + text + '"', Json.quote(text));
    }

    @Test
    void writesALoneSurrogateAsItsEscape() {
        assertEquals("\"\\ud83d\"", Json.quote("\ud83d"));
        assertEquals("\"\\ude00\"", Json.quote("\ude00"));
        assertEquals("\"a\\ud83db\"", Json.quote("a\ud83db"));
        assertEquals("\"\\ude00\\ud83d\"", Json.quote("\ude00\ud83d"));
    }

    @Test
    void distinguishesPairsFromAdjacentLoneSurrogates() {
        assertEquals("\"\\ud83d\ud83d\ude00\\ude00\"", Json.quote("\ud83d\ud83d\ude00\ude00"));
    }

    @Test
    void writesAPairAsUtf8AndALoneSurrogateAsAscii() throws JsonException {
        var value = Json.parse("\"\\uD83D\\uDE00\\uD83D\"");
        var bytes = value.toString().getBytes(StandardCharsets.UTF_8);
        assertEquals("22f09f98805c756438336422", HexFormat.of().formatHex(bytes));
    }

    @Test
    void escapesNamesLikeValues() {
        var object = JsonObject.EMPTY.with("a\n\"", JsonNumber.of(0));
        assertEquals("{\"a\\n\\\"\":0}", object.toString());
    }

    @Test
    void writesNumbersAsTheyWereWritten() throws JsonException {
        var text = "[1.0,1e-5,-0,12345678901234567890,1E+400,1e999999999]";
        assertEquals(text, Json.parse(text).toString());
        assertEquals("-9223372036854775808", JsonNumber.of(Long.MIN_VALUE).toString());
    }

    @Test
    void quotesLikeJsonStringToString() {
        assertEquals(new JsonString("a\"\u2028").toString(), Json.quote("a\"\u2028"));
    }

    @Test
    void writesALongStringInLinearTime() {
        var piece = "plain text, \u00e9, \n and \ud83d\ude00 ";
        Growth.isLinear("a string", size -> piece.repeat(size * 100_000), Json::quote);
        assertEquals((piece.length() + 1) * 100_000 + 2,
                Json.quote(piece.repeat(100_000)).length());
    }

    @Test
    void keepsEveryCharacterThroughTextAndBytes() throws JsonException {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            var value = new JsonString("a" + (char) c);
            assertEquals(value, Json.parse(value.toString()));
            assertEquals(value, Json.parse(value.toString().getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void keepsRandomValuesThroughTextAndBytes() throws JsonException {
        var random = new Random(8259);
        for (int i = 0; i < 5_000; i++) {
            var value = value(random, 6);
            var text = value.toString();
            var parsed = Json.parse(text);
            assertEquals(value, parsed);
            assertEquals(value.hashCode(), parsed.hashCode());
            assertEquals(text, parsed.toString());
            assertEquals(value, Json.parse(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static JsonValue value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> JsonNull.NULL;
            case 1 -> JsonBoolean.of(random.nextBoolean());
            case 2 -> JsonNumber.of(random.nextLong() >> random.nextInt(64));
            case 3 -> number(random);
            case 4 -> new JsonString(text(random));
            case 5 -> array(random, depth - 1);
            default -> object(random, depth - 1);
        };
    }

    private static JsonArray array(Random random, int depth) {
        return new JsonArray(IntStream.range(0, random.nextInt(6))
                .mapToObj(_ -> value(random, depth)).toList());
    }

    private static JsonObject object(Random random, int depth) {
        var builder = new JsonObject.Builder();
        for (int i = random.nextInt(6); i > 0; i--) {
            builder.add(text(random), value(random, depth));
        }
        return builder.build();
    }

    private static JsonNumber number(Random random) {
        var whole = random.nextBoolean() ? "0" : "-" + (1 + random.nextInt(1000)) + "000000000000";
        var fraction = random.nextBoolean() ? "" : "." + random.nextInt(1000) + "0";
        var exponents = List.of("", "e5", "E+07", "e-324", "E999999");
        return new JsonNumber(whole + fraction + exponents.get(random.nextInt(5)));
    }

    private static String text(Random random) {
        var awkward = List.of("\"", "\\", "/", "\n", "\r\n", "\0", "\u001f", "\u007f", "\u0085",
                "\u00e9", "e\u0301", "\u2028", "\u2029", "\ufeff", "\ufffd", "\uffff", "\ud83d",
                "\ude00", "\ud83d\ude00", "\udbff\udfff", "\\u0041", "plain text", "</script>");
        var text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            boolean any = random.nextInt(4) == 0;
            text.append(any ? Character.toString(random.nextInt(Character.MAX_CODE_POINT + 1))
                    : awkward.get(random.nextInt(awkward.size())));
        }
        return text.toString();
    }
}
