package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UpstreamUrlTest {
    @ParameterizedTest
    @CsvSource({"https://h, https://h/v1", "https://h/, https://h/v1", "https://h//, https://h/v1",
        "https://h/v1, https://h/v1", "https://h/v1///, https://h/v1",
        "' https://h/v1 ', https://h/v1", "http://h:8080/api, http://h:8080/api/v1",
        "https://h/v4, https://h/v4", "https://h/v1beta/openai/, https://h/v1beta/openai",
        "https://h/compatible-mode/v1, https://h/compatible-mode/v1",
        "https://h/openai/deployments/d/, https://h/openai/deployments/d",
        "https://r.openai.azure.com, https://r.openai.azure.com/openai/v1",
        "https://R.OpenAI.azure.us/, https://R.OpenAI.azure.us/openai/v1",
        "https://r.services.ai.azure.com/x, https://r.services.ai.azure.com/x/v1",
        "https://h/openai, https://h/openai/v1",
        "https://h/vertex, https://h/vertex/v1", "https://h/inv1/x, https://h/inv1/x/v1",
        "https://h/v1/chat/completions, https://h/v1", "https://h/v1/models/, https://h/v1",
        "https://h/chat/completions, https://h", "https://h/api/chat/completions/, https://h/api",
        "https://h/openai/deployments/d/embeddings, https://h/openai/deployments/d",
        "https://h/v1/images/generations, https://h/v1", "https://h/audio/speech, https://h",
        "https://h/v1beta/models/g:generateContent, https://h/v1beta",
        "https://h/v1/completions, https://h/v1",
        "https://h/v1/responses, https://h/v1", "https://h/v1/embeddings, https://h/v1",
        "https://h/v1/messages, https://h/v1", "https://h/my%20path, https://h/my%20path/v1",
        "http://127.0.0.1:11434, http://127.0.0.1:11434/v1",
        "http://[::1]:8000/v1, http://[::1]:8000/v1", "HTTPS://H/v1, HTTPS://H/v1"})
    void acceptsABaseUrlInCommonForms(String typed, String base) {
        var url = UpstreamUrl.parse(typed);
        assertEquals(base, url.toString());
        assertEquals(base + "/chat/completions", url.at("chat/completions").toString());
        assertEquals(base + "/models/org%2Fm:free", url.at("models/org%2Fm:free").toString());
    }

    @ParameterizedTest
    @CsvSource({"h, must be http", "h:8080, must be http", "'', must be http",
        "localhost:11434/v1, must be http", "ftp://h, must be http", "file:///etc, must be http",
        "https://, is no URL", "https:///v1, must be http", "http://my_host:8000, must be http",
        "https://h/a b, is no URL", "https://h/%zz, is no URL", "https://h/v1#top, no fragment",
        "https://h/v1?a=sk#top, no fragment", "https://h/v1?a=%zz, is no URL",
        "https://u:sk-p@h/v1, must not hold a user",
        "http://h:0, port", "http://h:65536, port", "http://h:99999999999, must be http"})
    void refusesInvalidBaseUrls(String typed, String word) {
        var problem = assertThrows(IllegalArgumentException.class,
                () -> UpstreamUrl.parse(typed)).getMessage();
        assertEquals(word, problem.contains(word) ? word : problem);
        assertFalse(problem.contains("sk"), problem);
    }

    @Test
    void acceptsEveryValidPort() {
        assertEquals("http://h:65535/v1", UpstreamUrl.parse("http://h:65535").toString());
        assertEquals("http://h:1/v1", UpstreamUrl.parse("http://h:1").toString());
    }

    @ParameterizedTest
    @CsvSource({"https://h/v1?v=1, chat/completions, https://h/v1/chat/completions?v=1",
        "https://h?v=1, models, https://h/v1/models?v=1",
        "https://h/v1/?v=1, models?v=2, https://h/v1/models?v=2",
        "https://h/v1?v=1&w=%20a, models?b, https://h/v1/models?v=1&w=%20a&b",
        "https://h/v1?v=1&w=1&v=2, models?%76=3, https://h/v1/models?w=1&%76=3",
        "https://h/d/chat/completions?v=1, chat/completions, https://h/d/chat/completions?v=1",
        "https://h/d/chat/completions?v=1, models?a=b, https://h/d/models?v=1&a=b",
        "https://h/a/v1?v=1, v1beta/models, https://h/a/v1beta/models?v=1",
        "https://h/v1?, models, https://h/v1/models"})
    void joinsItsQueryWithThatOfTheEndpoint(String typed, String endpoint, String asked) {
        assertEquals(asked, UpstreamUrl.parse(typed).at(endpoint).toString());
    }

    /// An endpoint at a place of its own is asked there, wherever the base stands.
    @ParameterizedTest
    @CsvSource({"https://h, v1beta/openai/models, https://h/v1beta/openai/models",
        "https://h/v1beta/openai, v1beta/openai/models, https://h/v1beta/openai/models",
        "https://h/a/v1, v1alpha/models, https://h/a/v1alpha/models",
        "https://h/v1beta1/projects/p, v1beta1/projects/q, https://h/v1beta1/projects/q",
        "https://h, openai/deployments/d/x?v=1, https://h/openai/deployments/d/x?v=1",
        "https://h/a/v1, openai/deployments/d/x, https://h/a/openai/deployments/d/x",
        "https://h/a/openai, openai/responses, https://h/a/openai/responses",
        "https://h/openai/v1, openai/v1/responses, https://h/openai/v1/responses",
        "https://h/openai/v1, openai/deployments/d/x, https://h/openai/deployments/d/x",
        "https://h/openai/deployments/e?v=1, openai/deployments/d/x, "
            + "https://h/openai/deployments/d/x?v=1",
        "https://h/openai/deployments/v4?v=1, openai/models, https://h/openai/models?v=1",
        "https://r.openai.azure.com, openai/files, https://r.openai.azure.com/openai/files",
        "https://h/v1/projects/p/publishers/google, v1beta/models/g:generateContent, "
            + "https://h/v1/projects/p/publishers/google/models/g:generateContent",
        "https://h/v1/projects/p/publishers/google/models/g:generateContent, v1beta/models/f:x, "
            + "https://h/v1/projects/p/publishers/google/models/f:x",
        "https://h/v1/projects/p/publishers/google, v1beta1/publishers/google/models/f:x, "
            + "https://h/v1beta1/publishers/google/models/f:x",
        "https://h/openai-x/v1, openai/models, https://h/openai-x/openai/models"})
    void asksAtThePlaceThatTheEndpointNames(String typed, String endpoint, String asked) {
        assertEquals(asked, UpstreamUrl.parse(typed).at(endpoint).toString());
    }

    @Test
    void hidesItsQuery() {
        var url = UpstreamUrl.parse("https://h/v1?api-key=secret%2Fkey&api-version=2024-10-21");
        assertEquals("https://h/v1", url.toString());
        assertEquals(List.of("secret/key", "secret%2Fkey"), url.secrets().toList());
    }

    /// A location at the upstream becomes one at the proxy; any other stays the same.
    @ParameterizedTest
    @CsvSource({"https://h/a/v1/files/g?x=1#y, /v1/files/g?x=1#y",
        "HTTPS://H:443/a/v1/files/g, /v1/files/g", "/a/v1/files/g, /v1/files/g",
        "g/content, /v1/files/g/content", "../batches/b, /v1/batches/b",
        "//h/a/v1/files/g, /v1/files/g", "/a/v1beta/files/g, /v1beta/files/g",
        "/a/openai/files/g?x=1, /openai/files/g?x=1", "/openai/files/g, https://h/openai/files/g",
        "/a/v1/files/g?k=s&x=1&k=t, /v1/files/g?x=1",
        "https://cdn.example/f?sig=a%2Fb, https://cdn.example/f?sig=a%2Fb",
        "//cdn.example/f, https://cdn.example/f", "http://h/a/v1/files, http://h/a/v1/files",
        "https://h:8443/a/v1/files, https://h:8443/a/v1/files",
        "https://h/a/v10/files, https://h/a/v10/files", "/login, https://h/login",
        "https://h/a/v1/../../login, https://h/a/v1/../../login",
        "mailto:a@b.example, mailto:a@b.example"})
    void mapsALocationForTheClient(String location, String told) {
        assertEquals(told, UpstreamUrl.parse("https://h/a/v1?k=s").forClient("files/f", location)
                .orElseThrow());
    }

    @Test
    void dropsAnInvalidLocation() {
        assertTrue(UpstreamUrl.parse("https://h").forClient("files/f", "https://h/a b").isEmpty());
    }
}
