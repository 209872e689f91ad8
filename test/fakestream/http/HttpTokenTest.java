package fakestream.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HttpTokenTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"close|true", "Close|true", "keep-alive, close|true",
        "keep-alive,close ,x|true", "keep-alive close|true", "closed|false", "x-close|false",
        "keep-alive|false", ",|false", "''|false"})
    void findsATokenInAList(String value, boolean found) {
        assertEquals(found, HttpToken.isListed("close", List.of("upgrade", value)));
    }
}
