package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The names that the operator may give in FORWARD_HEADERS.
final class ForwardedNamesTest {
    private static String problem(String names) {
        return assertThrows(IllegalArgumentException.class,
                () -> HeaderRules.checkForwarded(names)).getMessage();
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-User", "x-user,X-TEAM-*\nHelicone-*", "user_id, ,cf-aig-*",
        "X-Forwarded-For", "Ocp-Apim-Subscription-Key"})
    void acceptsNamesAndBeginnings(String names) {
        assertDoesNotThrow(() -> HeaderRules.checkForwarded(names));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x y", "x:y", "*", "X-*", "x*", "a-*b", "x-té", "x-a-**", "-*"})
    void refusesOtherTexts(String name) {
        assertEquals("'" + name.toLowerCase() + "' is neither the name of a header such as X-Team "
                + "nor a beginning such as X-Team-*", problem("X-User," + name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization", "x-api-key", "API-Key", "X-Goog-Api-Key", "Cookie",
        "Proxy-Authorization", "Host", "Content-Length", "Connection", "Accept", "X-Request-Id",
        "Content-Type", "Content-Encoding", "Range"})
    void refusesKeysCookiesAndHeadersOfTheProxy(String name) {
        assertEquals("'" + name.toLowerCase() + "' cannot be named: the proxy sets it itself, "
                + "or it may hold a key or a cookie", problem(name));
    }

    /// A beginning that names one of them does not let it pass.
    @Test
    void keepsKeysAndCookiesFromEveryBeginning() {
        var sent = Map.of("Proxy-Authorization", List.of("Basic x"), "X-Api-Key", List.of("sk-1"),
                "Api-Key", List.of("sk-1"), "Content-Length", List.of("1"),
                "Content-Language", List.of("de", "fr", "\u00e9"));
        assertEquals(Map.of("content-language", "de, fr"), HeaderRules.toUpstream(sent,
                List.of("proxy-*", "x-api-*", "api-*", "content-*")));
    }
}
