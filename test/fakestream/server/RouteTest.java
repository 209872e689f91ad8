package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.server.Route.Kind;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Paths that users type, and paths that clients extend (research/ux.md 2.1).
final class RouteTest {
    private static Route of(String target) {
        return Route.of(target, List.of(), false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/chat/completions", "/v1//chat/completions",
        "//chat/completions", "//v1//chat//completions//", "/v1/v1/chat/completions",
        "/v1/chat/completions/", "/v1/chat/completions/chat/completions",
        "/v1/chat/completions/v1/chat/completions", "/api/chat", "/api/chat/", "/api//chat",
        "/api/chat/completions", "/api/v1/chat/completions", "/openai/v1/chat/completions",
        "/openai/chat/completions?v=2024-10-21", "/v1/chat/completions?key=sk#x",
        "http://localhost:3000/v1/chat/completions", "HTTPS://[::1]/v1/chat/completions"})
    void findsTheChat(String target) {
        assertEquals(new Route(Kind.CHAT, "chat/completions"), of(target));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/models", "//models", "/v1//models", "/v1/models/",
        "/v1/v1/models", "/v1/chat/completions/models", "/chat/completions/v1/models",
        "/api/models", "/openai/v1/models", "/v1/models?limit=5", "http://h/v1/models"})
    void findsTheModels(String target) {
        assertEquals(new Route(Kind.MODELS, "models"), of(target));
    }

    @ParameterizedTest
    @CsvSource({"/v1/models/gpt-4o, gpt-4o", "/v1/models/org/model:free, org/model:free",
        "/v1/models/org%2Fmodel, org%2Fmodel", "/models/a%20b, a%20b", "/api/models/m/, m",
        "/v1/chat/completions/models/m, m", "/v1/models/v1, v1", "/v1/models/models, models",
        "/v1/models/chat/completions, chat/completions", "/v1/models/a..b, a..b",
        "/v1/models/...?x=1, ...", "/v1/models/%2Fm, %2Fm"})
    void keepsTheEscapesOfAModelsName(String target, String name) {
        assertEquals(new Route(Kind.MODELS, "models/" + name), of(target));
    }

    @ParameterizedTest
    @CsvSource({"/, PAGE, index.html", "'', PAGE, index.html", "/?x, PAGE, index.html",
        "/index.html, PAGE, index.html", "/app.js, PAGE, app.js", "//app.css, PAGE, app.css",
        "/path-check.js, PAGE, path-check.js",
        "http://localhost:3000, PAGE, index.html", "/api/status, STATUS, ''",
        "/api/status/, STATUS, ''", "/api/clients, CLIENTS, ''",
        "/api/check?seconds=5&style=off, CHECK, ''"})
    void findsThePageAndTheStatus(String target, Kind kind, String name) {
        assertEquals(new Route(kind, name), of(target));
    }

    @ParameterizedTest
    @CsvSource({"/v1/completions, COMPLETIONS, completions",
        "/v1/audio/speech, SPEECH, audio/speech", "//audio/speech/?a=b, SPEECH, audio/speech",
        "/v1/audio/transcriptions, TRANSCRIPTIONS, audio/transcriptions",
        "/v1/v1/responses, RESPONSES, responses", "/v1/messages?beta=true, MESSAGES, messages",
        "/v1beta/models/m:streamGenerateContent?alt=sse, GENERATE, "
            + "v1beta/models/m:streamGenerateContent",
        "/v1beta/models/m:generateContent, GENERATE, v1beta/models/m:generateContent",
        "/v1/images/generations, IMAGES, images/generations",
        "/v1/v1/images/edits?x=1, IMAGES, images/edits",
        "/v1beta/models, MODELS, v1beta/models", "/v1beta/models/m, MODELS, v1beta/models/m"})
    void findsTheOtherApis(String target, Kind kind, String name) {
        assertEquals(new Route(kind, name), of(target));
    }

    /// Google's and Azure's own places stay in the endpoint's name.
    @ParameterizedTest
    @CsvSource({"/v1beta/openai/chat/completions, CHAT, v1beta/openai/chat/completions",
        "/v1beta/openai/v1/chat/completions, CHAT, v1beta/openai/chat/completions",
        "/v1/v1beta/openai/models?x=1, MODELS, v1beta/openai/models",
        "/v1beta/openai/embeddings, OTHER, v1beta/openai/embeddings",
        "/v1beta/openai/images/generations, IMAGES, v1beta/openai/images/generations",
        "/v1alpha/models/g:streamGenerateContent, GENERATE, v1alpha/models/g:streamGenerateContent",
        "/v1beta/v1alpha/models/g:generateContent, GENERATE, v1alpha/models/g:generateContent",
        "/v1beta/v1/chat/completions, CHAT, chat/completions",
        "/v1alpha/models, MODELS, v1alpha/models",
        "/v1/projects/p/locations/l/publishers/google/models/g:streamGenerateContent, GENERATE, "
            + "projects/p/locations/l/publishers/google/models/g:streamGenerateContent",
        "/v1beta1/publishers/google/models/g:generateContent, GENERATE, "
            + "v1beta1/publishers/google/models/g:generateContent",
        "/v1beta1/projects/p/locations/l/endpoints/7:streamGenerateContent?alt=sse, GENERATE, "
            + "v1beta1/projects/p/locations/l/endpoints/7:streamGenerateContent",
        "/v1/projects/p/locations/l/endpoints/openapi/chat/completions, CHAT, "
            + "projects/p/locations/l/endpoints/openapi/chat/completions",
        "/v1/projects/p/locations/l/models, OTHER, projects/p/locations/l/models",
        "/openai/deployments/d/chat/completions, CHAT, openai/deployments/d/chat/completions",
        "/openai/v1/deployments/a%20b/audio/speech, SPEECH, "
            + "openai/deployments/a%20b/audio/speech",
        "/openai/deployments/d/chat/completions/chat/completions/, CHAT, "
            + "openai/deployments/d/chat/completions",
        "/openai/deployments/d/images/edits?v=1, IMAGES, openai/deployments/d/images/edits",
        "/openai/deployments/d/embeddings, OTHER, openai/deployments/d/embeddings",
        "/v1/deployments/d/completions?api-version=1, COMPLETIONS, "
            + "openai/deployments/d/completions",
        "/openai/responses?api-version=1, RESPONSES, openai/responses",
        "/openai/v1/responses?api-version=preview, RESPONSES, openai/v1/responses",
        "/openai/v1/files?api-version=preview, OTHER, openai/v1/files",
        "/openai/models?api-version=1, MODELS, openai/models",
        "/v1/deployments/o/d/predictions, OTHER, deployments/o/d/predictions",
        "/v1/chat/completions?api-version=1, CHAT, chat/completions"})
    void keepsGooglesAndAzuresPlaces(String target, Kind kind, String name) {
        assertEquals(new Route(kind, name), of(target));
    }

    @ParameterizedTest
    @CsvSource({"/openai/v1/chat/completions, CHAT, openai/v1/chat/completions",
        "/openai/threads/t, OTHER, openai/threads/t", "/v1/files, OTHER, files",
        "/deployments/d/chat/completions, CHAT, openai/deployments/d/chat/completions"})
    void knowsAzuresClientsByTheHeaderOfTheirKey(String target, Kind kind, String name) {
        assertEquals(new Route(kind, name), Route.of(target, List.of(), true));
    }

    @ParameterizedTest
    @CsvSource({"/a/b/v1/chat/completions, CHAT, chat/completions",
        "//a//b//chat/completions, CHAT, chat/completions",
        "http://h/a/b/v1/models?x=1, MODELS, models", "/a/b/, PAGE, index.html",
        "/a/b, PAGE, ''", "/a/b?x=1, PAGE, ''", "/a/b/app.js, PAGE, app.js",
        "/a/b/api/status, STATUS, ''", "/a/b/readyz, READY, ''",
        "/a/b/openai/deployments/d/completions, COMPLETIONS, openai/deployments/d/completions",
        "/v1/models, MODELS, models", "/, PAGE, index.html", "/readyz, READY, ''",
        "/a/v1/models, NONE, ''", "/a/bc/v1/models, NONE, ''", "/a/b/nothing, NONE, ''",
        "/a/b/../v1/models, NONE, ''", "/v1/a/b/models, OTHER, a/b/models"})
    void removesTheBasePath(String target, Kind kind, String name) {
        assertEquals(new Route(kind, name), Route.of(target, List.of("a", "b"), false));
    }

    /// A base path may be one of the prefixes that people type once too often.
    @ParameterizedTest
    @CsvSource({"/api/api/status, STATUS, ''", "/api/status, STATUS, ''", "/api, PAGE, ''",
        "/api/chat, CHAT, chat/completions", "/api/v1/chat/completions, CHAT, chat/completions",
        "/api/v1/files, OTHER, files"})
    void readsAPathAsItIsIfNothingIsBehindTheBasePath(String target, Kind kind, String name) {
        assertEquals(new Route(kind, name), Route.of(target, List.of("api"), false));
    }

    @ParameterizedTest
    @CsvSource({"/v1beta/models/g:generateContent, g",
        "/models/org/m:free:generateContent, org/m:free",
        "/v1/projects/p/locations/l/publishers/google/models/g:streamGenerateContent, g",
        "/v1/projects/p/locations/l/endpoints/7:streamGenerateContent, 7",
        "/v1beta/tunedModels/t:generateContent, t"})
    void readsTheModelFromGeminisPath(String target, String model) {
        assertEquals(model, of(target).model());
    }

    @ParameterizedTest
    @CsvSource({"/v1/embeddings, embeddings", "/v1/v1/files/x/content, files/x/content",
        "/v1/chat/completions/x, chat/completions/x", "/v1/responses/resp_1, responses/resp_1",
        "/v1/messages/count_tokens, messages/count_tokens",
        "/v1/audio/translations, audio/translations", "/v1/audio/speech/x, audio/speech/x",
        "/v1beta/models/m:countTokens, v1beta/models/m:countTokens"})
    void passesOtherPathsUnderAVersion(String target, String name) {
        assertEquals(new Route(Kind.OTHER, name), of(target));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1", "/v1/", "/api", "/chat", "/embeddings", "/favicon.ico",
        "/index.htm", "/public/app.js", "/other.js", "/v2/chat/completions",
        "/V1/chat/completions", "/status", "/api/files", "*", "/%76%31/models", "/v1%2Fmodels"})
    void findsNoRouteForOtherPaths(String target) {
        assertEquals(Kind.NONE, of(target).kind());
    }

    /// With `.` and `..`, a model's name would lead to another endpoint of the upstream.
    @ParameterizedTest
    @ValueSource(strings = {"/v1/models/..", "/v1/models/../files", "/v1/models/./m",
        "/v1/models/%2e%2e/files", "/v1/models/%2E./files", "/v1/models/.%2e", "/v1/models/%2e",
        "/v1/models/a/../../files", "/../v1/models", "/./app.js"})
    void refusesDotSegments(String target) {
        assertEquals(Kind.NONE, of(target).kind());
    }

    @Test
    void asksTheUpstreamForTheNormalisedPath() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream.url() + "/v1/")) {
            for (var path : new String[] {"/api/chat", "/v1//chat/completions",
                "//chat/completions", "/v1/v1/chat/completions",
                "/v1/chat/completions/chat/completions?a=b"}) {
                var stream = proxy.request("POST", path, Chats.STREAM, TestProxy.KEY).text();
                assertTrue(stream.endsWith("data: [DONE]\n\n"), path + ": " + stream);
                assertEquals("POST /v1/chat/completions" + (path.endsWith("?a=b") ? "?a=b" : "")
                        + " HTTP/1.1", upstream.call().requestLine());
            }
            for (var id : new String[] {"org/model:free", "org%2Fmodel", "a%20b", "m?x=1",
                "%C3%A9", "a+b;c@d"}) {
                assertEquals(200, proxy.get("/v1/models/" + id).status(), id);
                assertEquals("GET /v1/models/" + id + " HTTP/1.1",
                        upstream.call().requestLine());
            }
            proxy.get("/v1/models/%2e%2e/files").error(404);
            assertEquals(11, upstream.count());
        }
    }

    @ParameterizedTest
    @CsvSource({"HEALTH, true", "READY, true", "METRICS, true", "VERSION, false", "STATUS, false",
        "CHAT, false"})
    void recognisesTheProbes(Route.Kind kind, boolean probe) {
        assertEquals(probe, kind.isProbe());
    }
}
