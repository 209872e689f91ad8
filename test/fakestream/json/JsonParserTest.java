package fakestream.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import fakestream.testing.Growth;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonParserTest {

    @Test
    void readsEveryKindOfValue() throws JsonException {
        var expected = new JsonObject.Builder()
                .add("text", "a")
                .add("number", 1)
                .add("yes", true)
                .add("no", false)
                .add("nothing", JsonNull.NULL)
                .add("list", JsonArray.of(JsonNumber.of(1), JsonArray.EMPTY))
                .add("object", JsonObject.EMPTY)
                .build();
        assertEquals(expected, Json.parse("""
                {"text": "a", "number": 1, "yes": true, "no": false, "nothing": null,
                 "list": [1, []], "object": {}}
                """));
    }

    @Test
    void keepsTheOrderOfMembers() throws JsonException {
        var object = (JsonObject) Json.parse("{\"z\":1,\"a\":2,\"m\":3}");
        assertEquals(List.of("z", "a", "m"), List.copyOf(object.members().keySet()));
    }

    @Test
    void keepsTheLastDuplicateMemberAtThePositionOfTheFirst() throws JsonException {
        assertEquals("{\"a\":3,\"b\":2}", Json.parse("{\"a\":1,\"b\":2,\"\\u0061\":3}").toString());
    }

    @Test
    void readsEveryEscape() throws JsonException {
        assertEquals(new JsonString("\"\\/\b\f\n\r\tA\u00e9\u20ac"),
                Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\""));
    }

    @Test
    void readsRunsBetweenEscapes() throws JsonException {
        assertEquals(new JsonString("\none\ntwo\n\nthree\n"),
                Json.parse("\"\\none\\ntwo\\n\\nthree\\n\""));
    }

    @Test
    void joinsAnEscapedSurrogatePair() throws JsonException {
        assertEquals(new JsonString("\ud83d\ude00"), Json.parse("\"\\uD83D\\uDE00\""));
    }

    @Test
    void keepsALoneSurrogate() throws JsonException {
        assertEquals(new JsonString("a\ud83db"), Json.parse("\"a\\uD83Db\""));
        assertEquals(new JsonString("\ude00"), Json.parse("\"\\uDE00\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1", "-0", "0", "1e-5", "1E+05", "0.10", "12345678901234567890",
        "-98765432109876543210", "1e999999999", "3.141592653589793238462643383279"})
    void keepsTheTextOfANumber(String number) throws JsonException {
        assertEquals(JsonArray.of(new JsonNumber(number)), Json.parse("[" + number + "]"));
        assertEquals(number, Json.parse(number).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "+1", "01", "1.", ".1", "1e", "1e+", " 1", "1 ", "1\n", "NaN",
        "Infinity", "0x1", "1a", "--1", "\u0661"})
    void refusesToMakeANumberOfOtherText(String text) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> new JsonNumber(text));
        assertEquals("not a number of RFC 8259 section 6", refusal.getMessage());
    }

    @Test
    void readsArraysNested512Deep() throws JsonException {
        var text = "[".repeat(512) + "]".repeat(512);
        assertEquals(text, Json.parse(text).toString());
        var withValue = "[".repeat(512) + "1" + "]".repeat(512);
        assertEquals(withValue, Json.parse(withValue).toString());
    }

    @Test
    void readsObjectsNested512Deep() throws JsonException {
        var text = "{\"a\":".repeat(511) + "{}" + "}".repeat(511);
        assertEquals(text, Json.parse(text).toString());
        var withValue = "{\"a\":".repeat(512) + "1" + "}".repeat(512);
        assertEquals(withValue, Json.parse(withValue).toString());
    }

    @Test
    void readsArraysAndObjectsNested512Deep() throws JsonException {
        var text = "[{\"a\":".repeat(256) + "null" + "}]".repeat(256);
        assertEquals(text, Json.parse(text).toString());
    }

    @Test
    void failsOnTooDeeplyNestedArray() {
        assertRefused("line 1, column 513: expected no more than 512 nested arrays and objects",
                "[".repeat(513) + "]".repeat(513));
    }

    @Test
    void failsOnTooDeeplyNestedObject() {
        assertRefused("line 1, column 2561: expected no more than 512 nested arrays and objects",
                "{\"a\":".repeat(512) + "{}" + "}".repeat(512));
    }

    @Test
    void failsOnTooDeeplyNestedMixture() {
        assertRefused("line 1, column 1537: expected no more than 512 nested arrays and objects",
                "[{\"a\":".repeat(256) + "[]" + "}]".repeat(256));
    }

    @Test
    void refusesDeepNestingWithoutOverflowingTheStack() {
        assertThrows(JsonException.class, () -> Json.parse("[".repeat(100_000)));
        assertThrows(JsonException.class, () -> Json.parse("{\"a\":".repeat(100_000)));
    }

    @Test
    void countsDepthNotBreadth() throws JsonException {
        var flat = "[" + "[[]],{\"a\":{}},".repeat(1000) + "0]";
        assertEquals(2001, ((JsonArray) Json.parse(flat)).elements().size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "``                | line 1, column 1: expected a value",
        "`   `             | line 1, column 4: expected a value",
        "[1,]              | line 1, column 4: expected a value",
        "[1 2]             | line 1, column 4: expected ',' or ']'",
        "[01]              | line 1, column 3: expected ',' or ']'",
        "{\"a\":1 2}       | line 1, column 8: expected ',' or '}'",
        "{\"a\" 1}         | line 1, column 6: expected ':'",
        "{\"a\":1,}        | line 1, column 8: expected the name of a member",
        "[trap]            | line 1, column 2: expected true",
        "`[1,\n 2,\n x]`   | line 3, column 2: expected a value",
        "`[1,\r\n x]`      | line 2, column 2: expected a value",
        "`{}\n\nx`         | line 3, column 1: expected the end of the text",
        "\"abc             | line 1, column 5: expected the end of the string",
        "`\"a\tc\"`        | line 1, column 3: expected an escape",
        "\"a\\xc\"         | line 1, column 4: expected one of \"\\/bfnrtu",
        "\"\\u12x4\"       | line 1, column 6: expected a hexadecimal digit",
    })
    void reportsPositionAndExpectation(String text, String message) {
        assertRefused(message, text);
    }

    @Test
    void neverShowsTheDocumentInAMessage() {
        for (var text : List.of("secret", "{\"secret\" \"secret\"}", "[\"secret\\s\"]",
                "\"secret", "[1]secret", "{secret", "\"secret\\usecret")) {
            var failure = assertThrows(JsonException.class, () -> Json.parse(text));
            assertFalse(failure.toString().contains("sec"), failure::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"c080", "c1bf", "e08080", "e09fbf", "f0808080", "f08fbfbf", "eda080",
        "edbfbf", "eda0bdedb880", "f4908080", "f8888080", "ff", "fe", "80", "bf", "c3", "e282",
        "f09f98", "c328", "e9"})
    void refusesMalformedUtf8(String hex) {
        var bytes = HexFormat.of().parseHex("5b2261" + hex + "225d");
        var failure = assertThrows(JsonException.class, () -> Json.parse(bytes));
        assertEquals("line 1, column 4: expected well-formed UTF-8", failure.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"c3", "e282", "f09f98", "ef", "efbb"})
    void refusesUtf8ThatIsCutOff(String hex) {
        var bytes = HexFormat.of().parseHex("2261" + hex);
        var failure = assertThrows(JsonException.class, () -> Json.parse(bytes));
        assertEquals("line 1, column 3: expected well-formed UTF-8", failure.getMessage());
    }

    @Test
    void readsUtf8OfEveryLength() throws JsonException {
        var bytes = HexFormat.of().parseHex("2261c3a9e282acf09f988022");
        assertEquals(new JsonString("a\u00e9\u20ac\ud83d\ude00"), Json.parse(bytes));
    }

    @Test
    void skipsOneByteOrderMarkBeforeBytes() throws JsonException {
        assertEquals(JsonArray.EMPTY, Json.parse(HexFormat.of().parseHex("efbbbf5b5d")));
        assertRefused("line 1, column 1: expected a value", HexFormat.of().parseHex("efbbbf"));
        assertRefused("line 1, column 1: expected a value",
                HexFormat.of().parseHex("efbbbfefbbbf5b5d"));
        assertRefused("line 1, column 2: expected a value",
                HexFormat.of().parseHex("20efbbbf5b5d"));
    }

    @Test
    void refusesAByteOrderMarkInText() {
        assertRefused("line 1, column 1: expected a value", "\ufeff[]");
    }

    @Test
    void refusesOtherEncodings() {
        assertThrows(JsonException.class,
                () -> Json.parse("[1]".getBytes(StandardCharsets.UTF_16LE)));
        assertThrows(JsonException.class,
                () -> Json.parse("\ufeff[1]".getBytes(StandardCharsets.UTF_16BE)));
    }

    /// Repeated, each token nests too deeply or ends as invalid JSON.
    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "1", "[0],", "\"a\",", " ", "\\"})
    void refusesABombInLinearTime(String token) {
        Growth.isLinear(token, "x", text ->
                assertThrows(JsonException.class, () -> Json.parse(text)));
    }

    @Test
    void readsAMillionMembersInLinearTime() throws JsonException {
        IntFunction<String> text = size -> IntStream.range(0, size * 250_000)
                .mapToObj(i -> "\"m" + i + "\":" + i).collect(Collectors.joining(",", "{", "}"));
        Growth.isLinear("members", text, members -> ((JsonObject) Json.parse(members)).get("m1"));
        var object = (JsonObject) Json.parse(text.apply(4));
        assertEquals(1_000_000, object.members().size());
        assertEquals(JsonNumber.of(999_999), object.get("m999999"));
    }

    @Test
    void readsNamesWithOneHashInLessThanQuadraticTime() throws JsonException {
        assertEquals(1, namesWithOneHash(16).stream().map(String::hashCode).distinct().count());
        IntFunction<String> text = size -> namesWithOneHash(14 + size).stream()
                .map(name -> '"' + name + "\":0").collect(Collectors.joining(",", "{", "}"));
        Growth.isLinear("names", text, names -> ((JsonObject) Json.parse(names)).has("x"));
        assertEquals(65_536, ((JsonObject) Json.parse(text.apply(2))).members().size());
    }

    @Test
    void readsALongStringInLinearTime() throws JsonException {
        IntFunction<String> text = size ->
                '"' + "plain text, \u00e9, \\n, \\ud83d\\ude00 ".repeat(size * 150_000) + '"';
        Growth.isLinear("a string", text, string -> ((JsonString) Json.parse(string)).value());
        var expected = "plain text, \u00e9, \n, \ud83d\ude00 ".repeat(300_000);
        assertEquals(new JsonString(expected), Json.parse(text.apply(2)));
    }

    private static List<String> namesWithOneHash(int length) {
        var names = List.of("");
        for (int i = 0; i < length; i++) {
            var longer = new ArrayList<String>();
            names.forEach(name -> longer.addAll(List.of(name + "Aa", name + "BB")));
            names = longer;
        }
        return names;
    }

    private static void assertRefused(String message, String text) {
        assertEquals(message,
                assertThrows(JsonException.class, () -> Json.parse(text)).getMessage());
    }

    private static void assertRefused(String message, byte[] bytes) {
        assertEquals(message,
                assertThrows(JsonException.class, () -> Json.parse(bytes)).getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "-0, -1", "-1, -1", "7, 7", "999999, 999999", "1000000, -1", "1.0, -1",
        "1e2, -1", "12345678901234567890, -1"})
    void readsASmallNumber(String text, int small) {
        assertEquals(small, new JsonNumber(text).small());
    }
}
