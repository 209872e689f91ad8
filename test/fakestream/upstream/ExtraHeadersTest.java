package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The headers that the operator adds.
final class ExtraHeadersTest {
    @Test
    void readsAnObjectOfStrings() {
        assertEquals(Map.of("HTTP-Referer", "https://a.example/", "X-Title", "a\tb ~"),
                HeaderRules.parse(" {\"HTTP-Referer\":\"https:\\/\\/a.example/\","
                        + "\"X-Title\":\"a\\tb ~\"} "));
        assertEquals(Map.of(), HeaderRules.parse("{}"));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "secret, is not JSON", "{\"a\":\"secret\", is not JSON", "[\"secret\"], JSON object",
        "\"secret\", JSON object", "{\"X-A\":1234567}, 'X-A' must be a string",
        "{\"X-A\":{\"b\":\"secret\"}}, 'X-A' must be a string", "{\"X-A\":null}, must be a string",
        "{\"X A\":\"secret\"}, token", "{\"\":\"secret\"}, token", "{\"X:A\":\"secret\"}, token",
        "{\"X-Ä\":\"secret\"}, token", "{\"X-A\\r\\nX-B\":\"secret\"}, token",
        "{\"X-A\":\"secret\\r\\nX-B: 1\"}, visible ASCII", "{\"X-A\":\"secret\\u0000\"}, visible",
        "{\"X-A\":\"secret é\"}, visible ASCII", "{\"X-A\":\"secret\\u007f\"}, visible ASCII"})
    void reportsErrorsWithoutValues(String json, String words) {
        var problem = assertThrows(IllegalArgumentException.class,
                () -> HeaderRules.parse(json)).getMessage();
        assertTrue(problem.contains(words), problem);
        assertFalse(problem.contains("secret") || problem.contains("1234567"), problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "content-length", "Connection", "Upgrade", "expect", "TE",
        "Transfer-Encoding", "Accept", "Accept-Encoding", "Content-Type", "Keep-Alive", "Trailer"})
    void refusesHeadersThatTheProxySetsItself(String name) {
        var problem = assertThrows(IllegalArgumentException.class,
                () -> HeaderRules.parse("{\"" + name + "\":\"x\"}")).getMessage();
        assertEquals("'" + name + "' is set by the proxy itself", problem);
    }

    @Test
    void acceptsAtMost32Headers() {
        assertEquals(32, HeaderRules.parse(headers(32)).size());
        assertThrows(IllegalArgumentException.class, () -> HeaderRules.parse(headers(33)));
    }

    private static String headers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"X-" + i + "\":\"x\"")
                .collect(Collectors.joining(",", "{", "}"));
    }
}
