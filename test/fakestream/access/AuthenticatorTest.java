package fakestream.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which key goes upstream. In the tables, `|` separates two headers.
final class AuthenticatorTest {
    private static final String OPERATOR = "OPENAI_API_KEY=sk-operator";

    private final ScriptedUpstream upstream =
            ScriptedUpstream.answering(200, Chats.completion("Hello."));

    @AfterEach
    void close() {
        upstream.close();
    }

    private ClientResponse chat(String headers, String... settings) {
        var fields = Arrays.stream(headers.split("\\|")).filter(f -> !f.isEmpty())
                .toArray(String[]::new);
        try (var proxy = TestProxy.before(upstream, settings)) {
            var response = proxy.request("POST", "/v1/chat/completions", Chats.WHOLE, fields);
            assertFalse(proxy.accessLine().contains("sk-"));
            return response;
        }
    }

    private void sends(String key, String headers, String... settings) {
        assertEquals(200, chat(headers, settings).status(), headers);
        var sent = upstream.call().headers();
        assertEquals("Bearer " + key, sent.get("authorization"));
        assertEquals(null, sent.get("x-api-key"));
        assertEquals(null, sent.get("api-key"));
    }

    private void refuses(String headers, String... settings) {
        var response = chat(headers, settings);
        var error = response.error(401);
        assertEquals("invalid_api_key", error.string("code"));
        assertEquals("invalid_request_error", error.string("type"));
        assertEquals("Bearer", response.header("www-authenticate"));
        assertFalse(response.text().contains("sk-"), response::text);
        assertEquals(0, upstream.count());
    }

    @ParameterizedTest
    @CsvSource({"Authorization: Bearer sk-a", "authorization: bearer sk-a",
        "AUTHORIZATION:   BEARER    sk-a  ", "Authorization: Bearer Bearer sk-a",
        "x-api-key: sk-a", "X-API-Key: sk-a ", "api-key: sk-a",
        "api-key: sk-c|x-api-key: sk-b|Authorization: Bearer sk-a",
        "api-key: sk-b|x-api-key: sk-a",
        "Authorization: Bearer |x-api-key: sk-a",
        "Authorization: Bearer undefined|api-key: sk-a",
        "Authorization: Bearer null|x-api-key: undefined|api-key: sk-a",
        "Authorization: Basic dTpw|x-api-key: sk-a"})
    void sendsTheClientsOwnKey(String headers) {
        sends("sk-a", headers, OPERATOR, "ALLOW_ENV_API_KEY=true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Authorization: Bearer", "Authorization: Bearer null",
        "Authorization: sk-a", "Authorization: Basic dTpw", "x-api-key: undefined",
        "Authorization: Bearer sk-a sk-b", "Authorization: Bearer sk-\u00e9", "X-Key: sk-a"})
    void refusesARequestWithoutAKey(String headers) {
        refuses(headers, OPERATOR);
    }

    @Test
    void sendsTheOperatorsKeyIfAllowed() {
        sends("sk-operator", "", OPERATOR, "ALLOW_ENV_API_KEY=true");
        sends("sk-operator", "Authorization: Bearer null", OPERATOR, "ALLOW_ENV_API_KEY=true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization: Bearer first-proxy-key", "x-api-key: second-proxy-key",
        "api-key: second-proxy-key"})
    void replacesAProxyKeyWithTheOperatorsKey(String headers) {
        sends("sk-operator", headers, OPERATOR, "PROXY_API_KEYS=first-proxy-key,second-proxy-key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Authorization: Bearer sk-a", "x-api-key: first-proxy-ke",
        "x-api-key: first-proxy-key2", "x-api-key: First-proxy-key",
        "Authorization: Bearer sk-a|x-api-key: first-proxy-key"})
    void refusesOtherKeysIfProxyKeysAreSet(String headers) {
        refuses(headers, OPERATOR, "PROXY_API_KEYS=first-proxy-key,second-proxy-key",
                "ALLOW_ENV_API_KEY=true");
    }

    @Test
    void distinguishesAMissingKeyFromAWrongOne() {
        var settings = new String[] {OPERATOR, "PROXY_API_KEYS=first-proxy-key"};
        assertEquals("the request has no API key: send it as 'Authorization: Bearer KEY'",
                chat("", settings).error(401).string("message"));
        assertEquals("this proxy does not know the API key",
                chat("x-api-key: other-proxy-key", settings).error(401).string("message"));
    }

    @Test
    void requiresAKeyForTheModelsToo() {
        try (var proxy = TestProxy.before(upstream)) {
            proxy.request("GET", "/v1/models", "").error(401);
            proxy.request("GET", "/v1/models/m", "").error(401);
            assertEquals(0, upstream.count());
        }
    }
}
