package fakestream.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import fakestream.config.Config;
import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.testing.Growth;
import fakestream.upstream.Upstream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedactorTest {
    private static final String DIGITS = "0123456789abcdefABCDEF";

    private static String masked(String text) {
        return Redactor.ofKeys().text(text);
    }

    @ParameterizedTest
    @CsvSource({"sk-abcdefgh,sk-", "sk-proj-Ab_1-xyz9,sk-", "sk-ant-api03-0123456789,sk-",
        "AIza0123456789_abcdefghij,AIza", "gsk_" + DIGITS + ",gsk_", "xai-" + DIGITS + ",xai-",
        "hf_" + DIGITS + ",hf_", "r8_" + DIGITS + ",r8_", "ghp_" + DIGITS + ",ghp_",
        "github_pat_11A_" + DIGITS + ",github_pat_", "AKIA0123456789ABCDEF,AKIA",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.s5-_x,eyJ",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.,eyJ",
        "Bearer abc123def456,'Bearer '", "bearer  a.b-c~d+e/f=,'bearer  '",
        "Basic dXNlcjpwYXNzd29yZA==,'Basic '", "BASIC dXNlcjpwYXNz,'BASIC '"})
    void masksKeys(String key, String prefix) {
        assertEquals(prefix + "***", masked(key));
        assertEquals("the key '" + prefix + "***' is wrong", masked("the key '" + key
                + "' is wrong"));
        assertEquals("a\\n" + prefix + "***", masked("a\\n" + key));
        assertEquals("/v1/models/%20" + prefix + "***?", masked("/v1/models/%20" + key + "?"));
        assertEquals(prefix + "***," + prefix + "***", masked(key + "," + key));
    }

    @Test
    void masksTheUserInAUrl() {
        assertEquals("at https://***@host/x", masked("at https://me:secret@host/x"));
        assertEquals("at https://***@host", masked("at https://me@host"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sk-short", "task-abcdefgh", "risk-assessment", "disk-full-error",
        "Bearer authentication is missing", "send Authorization: Bearer YOUR_API_KEY",
        "Basic authentication", "a bearer", "hf_hub_download failed", "eyJ.a.b", "eyJabc.def",
        "https://host/a@b", "mail me@host", "http://host", "sk-abcd**********wxyz", "AKIA",
        "the model `gpt-4o` does not exist, \u00e9\ud83d\ude00"})
    void leavesOtherTextUnchanged(String text) {
        assertEquals(text, masked(text));
    }

    @Test
    void masksKnownSecrets() {
        var redactor = Upstream.redactor(Config.of(Map.of("OPENAI_API_KEY", "operators-own",
                "PROXY_API_KEYS", "first-proxy-key,first-proxy-key-2",
                "UPSTREAM_EXTRA_HEADERS_JSON", "{\"X-A\":\"hidden value\",\"X-B\":\"short\"}")))
                .with("Bearer key of the client").with("plain-key");
        assertEquals("*** *** *** *** short Bearer key of the client ***",
                redactor.text("operators-own first-proxy-key first-proxy-key-2 hidden value short "
                + "Bearer key of the client plain-key"));
        assertEquals("*** client-key",
                Redactor.ofKeys().with("Bearer sent-by-it").text("sent-by-it client-key"));
    }

    @Test
    void masksThePasswordOfAProxy() {
        var redactor = Upstream.redactor(Config.of(Map.of(
                "UPSTREAM_PROXY", "http://user:open%20sesame@proxy.test:3128")));
        assertEquals("*** *** *** user", redactor.text(
                "open%20sesame open sesame dXNlcjpvcGVuIHNlc2FtZQ== user"));
    }

    @Test
    void masksKnownSecretsInJsonStringsAndNames() throws JsonException {
        var json = Json.parse("{\"a\":[1,{\"sk-abcdefgh\":\"x\"},\"\\u0073k-abcdefgh\"],\"b\":2}");
        assertEquals("{\"a\":[1,{\"sk-***\":\"x\"},\"sk-***\"],\"b\":2}",
                Redactor.ofKeys().json(json).toString());
        var good = Json.parse("{\"a\":[1,{\"b\":\"x\"},null,true],\"c\":{}}");
        assertSame(good, Redactor.ofKeys().json(good));
    }

    /// A backtracking pattern would take hours for each of these.
    @ParameterizedTest
    @ValueSource(strings = {"eyJ", "eyJ.", "eyJa.a", "-eyJa", "_eyJ", "sk-", "sk-a ",
        "bearer ", "bearer", "Bearer a",
        "://", "://a", "://a:", "a", "A", "AIza", "gsk_", "%20", "\\n", "_", "-", ".", " "})
    void masksInLinearTime(String piece) {
        Growth.isLinear(piece, "", RedactorTest::masked);
    }
}
