package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OriginsTest {
    @Test
    void acceptsTheStarAlone() {
        assertEquals(List.of("*"), Origins.parse("*"));
    }

    @Test
    void splitsByCommasAndNewLines() {
        assertEquals(List.of("https://a.example", "http://b.example:8080", "http://[::1]:3000"),
                Origins.parse("https://a.example, http://b.example:8080,\r\nhttp://[::1]:3000\n"));
    }

    @Test
    void trimsATrailingSlash() {
        assertEquals(List.of("https://a.example"), Origins.parse("https://a.example/"));
    }

    @Test
    void acceptsTheOriginsOfBrowserExtensionsAndApps() {
        assertEquals(List.of("chrome-extension://abcdef", "app://obsidian.md"),
                Origins.parse("chrome-extension://abcdef,app://obsidian.md"));
    }

    @Test
    void writesAnOriginAsBrowsersDo() {
        assertEquals(List.of("https://a.example", "http://b.example", "http://c.example:443"),
                Origins.parse("HTTPS://A.Example:443,http://b.example:80,http://c.example:443"));
    }

    @Test
    void keepsOneOfTwoEqualOrigins() {
        assertEquals(List.of("https://a.example"),
                Origins.parse("https://a.example,https://a.example/"));
    }

    @Test
    void refusesTheStarBesideOthers() {
        assertEquals("* allows every origin: let it stand alone", problem("https://a.example,*"));
    }

    @Test
    void refusesAListWithoutOrigins() {
        assertEquals("names no origin", problem(" , "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "a.example", "https://", "https://a.example/path",
            "https://*.example", "https://user@a.example", "https://a.example:port", "//a.example",
            "https://a b.example", "https://a.example?x", "https://a.example//"})
    void refusesTextThatIsNotAnOrigin(String item) {
        assertEquals("'" + item + "' is not an origin such as https://chat.example.com",
                problem(item));
    }

    private static String problem(String text) {
        return assertThrows(IllegalArgumentException.class, () -> Origins.parse(text)).getMessage();
    }
}
