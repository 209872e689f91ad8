package fakestream.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
        "https://h/openai/deployments/d, https://h/openai/deployments/d/v1",
        "https://h/vertex, https://h/vertex/v1", "https://h/inv1/x, https://h/inv1/x/v1",
        "https://h/v1/chat/completions, https://h/v1", "https://h/v1/models/, https://h/v1",
        "https://h/chat/completions, https://h/v1", "https://h/v1/completions, https://h/v1",
        "https://h/v1/responses, https://h/v1", "https://h/v1/embeddings, https://h/v1",
        "https://h/v1/messages, https://h/v1", "https://h/my%20path, https://h/my%20path/v1",
        "http://127.0.0.1:11434, http://127.0.0.1:11434/v1",
        "http://[::1]:8000/v1, http://[::1]:8000/v1", "HTTPS://H/v1, HTTPS://H/v1"})
    void understandsABaseAsPeopleTypeIt(String typed, String base) {
        var url = UpstreamUrl.parse(typed);
        assertEquals(base, url.toString());
        assertEquals(base + "/chat/completions", url.at("chat/completions").toString());
        assertEquals(base + "/models/org%2Fm:free", url.at("models/org%2Fm:free").toString());
    }

    @ParameterizedTest
    @CsvSource({"h, must be http", "h:8080, must be http", "'', must be http",
        "localhost:11434/v1, must be http", "ftp://h, must be http", "file:///etc, must be http",
        "https://, is no URL", "https:///v1, must be http", "http://my_host:8000, must be http",
        "https://h/a b, is no URL", "https://h/%zz, is no URL", "https://h/v1?key=sk, no query",
        "https://h/v1#top, no query", "https://u:sk-p@h/v1, must not hold a user",
        "http://h:0, port", "http://h:65536, port", "http://h:99999999999, must be http"})
    void refusesWhatIsNoBase(String typed, String word) {
        var problem = assertThrows(IllegalArgumentException.class,
                () -> UpstreamUrl.parse(typed)).getMessage();
        assertEquals(word, problem.contains(word) ? word : problem);
        assertFalse(problem.contains("sk"), problem);
    }

    @Test
    void takesEveryPortThereIs() {
        assertEquals("http://h:65535/v1", UpstreamUrl.parse("http://h:65535").toString());
        assertEquals("http://h:1/v1", UpstreamUrl.parse("http://h:1").toString());
    }
}
