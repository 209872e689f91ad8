package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ValueParserTest {
    @Test
    void acceptsBothEndsOfARange() {
        assertEquals(500, ValueParser.wholeNumber("500", 500, 60_000));
        assertEquals(60_000, ValueParser.wholeNumber("60000", 500, 60_000));
    }

    @Test
    void refusesANumberOutsideItsRange() {
        assertEquals("499 is below 500", problem(() -> ValueParser.wholeNumber("499", 500,
                60_000)));
        assertEquals("60001 is above 60000",
                problem(() -> ValueParser.wholeNumber("60001", 500, 60_000)));
        assertEquals("-1 is below 0", problem(() -> ValueParser.wholeNumber("-1", 0, 65_535)));
    }

    @Test
    void refusesANumberTooLargeForAnyType() {
        assertEquals("99999999999999999999 is above 5",
                problem(() -> ValueParser.wholeNumber("99999999999999999999", 0, 5)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "3.5", "3s", "0x10", "1e3", "1_000", "3 000", "-", "٣"})
    void refusesTextThatIsNotAWholeNumber(String text) {
        assertEquals("'" + text + "' is not a whole number",
                problem(() -> ValueParser.wholeNumber(text, 0, 10_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "1", "yes", "on", "TRUE", "Yes", "oN"})
    void knowsFourWordsForYes(String text) {
        assertTrue(ValueParser.yesOrNo(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "0", "no", "off", "FALSE", "No", "oFF"})
    void knowsFourWordsForNo(String text) {
        assertFalse(ValueParser.yesOrNo(text));
    }

    @Test
    void refusesEveryOtherWordForYesAndNo() {
        assertEquals("'2' is not true or false", problem(() -> ValueParser.yesOrNo("2")));
        assertEquals("'y' is not true or false", problem(() -> ValueParser.yesOrNo("y")));
    }

    @Test
    void acceptsAWordOfAChoiceInAnyCase() {
        assertEquals(HeartbeatStyle.CHUNK, ValueParser.oneOf(HeartbeatStyle.class, "chunk"));
        assertEquals(LogLevel.WARN, ValueParser.oneOf(LogLevel.class, "Warn"));
    }

    @Test
    void listsTheChoicesIfNoneFits() {
        assertEquals("'ping' is not one of auto, comment, chunk, off",
                problem(() -> ValueParser.oneOf(HeartbeatStyle.class, "ping")));
    }

    @Test
    void splitsKeysByCommasAndNewLines() {
        assertEquals(List.of(new Secret("key-one-1"), new Secret("key-two-2"),
                new Secret("key-three")), ValueParser.keys(
                "key-one-1, key-two-2\r\n\nkey-three,\n"));
    }

    @Test
    void refusesKeysWithoutRepeatingThem() {
        assertEquals("a key has fewer than 8 characters",
                problem(() -> ValueParser.keys("long-enough,1234567")));
        assertEquals("holds no key", problem(() -> ValueParser.keys(" ,\n, ")));
        assertEquals("a key has only visible ASCII characters and no blanks",
                problem(() -> ValueParser.keys("two words here")));
        assertEquals("a key has only visible ASCII characters and no blanks",
                problem(() -> ValueParser.keysOfUpstream("sk-ключ")));
    }

    @Test
    void acceptsAKeyOfEightCharacters() {
        assertEquals(List.of(new Secret("12345678")), ValueParser.keys("12345678"));
    }

    @Test
    void refusesAUrlWithABlankOrALineBreak() {
        assertEquals("a URL has only visible ASCII characters and no blanks",
                problem(() -> ValueParser.url("https://a.example # mine")));
        assertEquals("a URL has only visible ASCII characters and no blanks",
                problem(() -> ValueParser.url("https://a.example\nhttps://b.example")));
    }

    @Test
    void acceptsAPathWithOrWithoutASlashAtItsEnd() {
        assertEquals("/proxy", ValueParser.path("/proxy"));
        assertEquals("/a-b/c_d.e~1", ValueParser.path("/a-b/c_d.e~1//"));
        assertEquals("", ValueParser.path("/"));
        assertEquals("", ValueParser.path(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy", "//", "//a", "/a//b", "/a b", "/a/..", "/.well-known",
        "/a%20b", "/a?b", "https://h/a", "/\u00e4"})
    void refusesOtherPaths(String text) {
        assertEquals("'" + text + "' is not a path such as /proxy, whose segments have letters, "
                + "digits and - . _ ~ and begin with no dot",
                problem(() -> ValueParser.path(text)));
    }

    private static String problem(Executable parsing) {
        return assertThrows(IllegalArgumentException.class, parsing).getMessage();
    }
}
