package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The proxy's own responses: the status, the page and the 404.
final class PagesTest {
    private static final Path PUBLIC = Path.of("public");

    private final ScriptedUpstream upstream = ScriptedUpstream.answering(200, "{}");

    @AfterEach
    void close() {
        assertEquals(0, upstream.count());
        upstream.close();
    }

    private ClientResponse request(String method, String target, String... settings) {
        try (var proxy = TestProxy.before(upstream, settings)) {
            return proxy.request(method, target, "");
        }
    }

    @Test
    void sendsItsStatusInTheFormOfTheAncestor() {
        var response = request("GET", "/api/status", "OPENAI_API_KEY=sk-operator");
        assertEquals(200, response.status());
        var status = response.json();
        assertEquals(List.of("status", "message", "timestamp", "version", "features", "endpoints",
                "environment"), List.copyOf(status.members().keySet()));
        assertEquals("ok", status.string("status"));
        assertEquals("1.2.3", status.string("version"));
        var age = Duration.between(Instant.parse(status.string("timestamp")), Instant.now());
        assertTrue(age.abs().toMinutes() < 1, status.string("timestamp"));
        var environment = (JsonObject) status.get("environment");
        assertEquals("true", environment.get("has_api_key").toString());
        assertEquals(upstream.url(), environment.string("source_api_url"));
        assertFalse(response.text().contains("sk-operator"));
        for (var endpoint : List.of("POST /v1/chat/completions", "POST /v1/images/edits",
                "POST /v1/audio/speech", "POST /v1/audio/transcriptions", "GET /api/clients")) {
            assertTrue(status.get("endpoints").toString().contains('"' + endpoint + '"'), endpoint);
        }
    }

    /// A stranger could otherwise ask the upstream without the proxy, or attack it.
    @Test
    void hidesTheUpstreamsAddressFromClientsWithoutAKey() {
        try (var proxy = TestProxy.before(upstream, "OPENAI_API_KEY=sk-operator",
                "PROXY_API_KEYS=sk-of-the-proxy")) {
            for (var field : List.of("X-A: b", "Authorization: Bearer sk-another-key")) {
                for (var target : List.of("/api/status", "/api/clients",
                        "/api/check?seconds=1&style=off", "/version", "/v1/models", "/")) {
                    var response = proxy.request("GET", target, "", field);
                    assertFalse((response.headers() + response.text()).contains(
                            upstream.url().substring("http://".length())), target);
                }
            }
            var known = proxy.request("GET", "/api/status", "",
                    "Authorization: Bearer sk-of-the-proxy").json();
            assertEquals(upstream.url(),
                    ((JsonObject) known.get("environment")).string("source_api_url"));
        }
    }

    @ParameterizedTest
    @CsvSource({"'', false, true", "OPENAI_API_KEY=sk-o, true, true",
        "OPENAI_API_KEY=sk-o|ALLOW_ENV_API_KEY=true, true, false",
        "OPENAI_API_KEY=sk-o|ALLOW_ENV_API_KEY=true|PROXY_API_KEYS=proxy-key-1, true, true"})
    void reportsWhetherItHasAKeyAndNeedsOne(String settings, String has, String needs) {
        var all = settings.isEmpty() ? new String[0] : settings.split("\\|");
        var environment = (JsonObject) request("GET", "/api/status", all).json()
                .get("environment");
        assertEquals(has, environment.get("has_api_key").toString());
        assertEquals(needs, environment.get("needs_key").toString());
    }

    @ParameterizedTest
    @CsvSource({"/, text/html; charset=utf-8, <!doctype html>",
        "/index.html, text/html; charset=utf-8, <!doctype html>",
        "/app.js, text/javascript; charset=utf-8, import",
        "/apis.js, text/javascript; charset=utf-8, chat/completions",
        "/app.css, text/css; charset=utf-8, {"})
    void servesThePageButForbidsFrames(String path, String type, String word) {
        var response = request("GET", path);
        assertEquals(200, response.status());
        assertEquals(type, response.header("content-type"));
        assertTrue(response.text().toLowerCase().contains(word), response::text);
        assertEquals("nosniff", response.header("x-content-type-options"));
        assertEquals("no-referrer", response.header("referrer-policy"));
        var policy = response.header("content-security-policy");
        assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
        assertTrue(policy.contains("frame-ancestors 'none'"), policy);
        assertFalse(policy.contains("unsafe"), policy);
    }

    /// The list in the code and the directory hold the same files.
    @Test
    void servesEachFileOfThePageAndNoOther() throws IOException {
        try (var proxy = TestProxy.before(upstream); var files = Files.list(PUBLIC)) {
            for (var file : files.toList()) {
                var response = proxy.request("GET", "/" + file.getFileName(), "");
                assertEquals(200, response.status(), file::toString);
                assertEquals(Files.readString(file), response.text());
            }
            assertEquals(404, proxy.request("GET", "/other.js", "").status());
        }
    }

    @Test
    void loadsNothingFromOtherOrigins() throws IOException {
        try (var files = Files.list(PUBLIC)) {
            for (var file : files.toList()) {
                var text = Files.readString(file);
                assertFalse(text.matches("(?s).*(src|href|url|import)\\W{1,3}(https?:)?//.*"),
                        file::toString);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/app.js", "/api/status", "/api/clients", "/v1/nothing"})
    void answersAHeadLikeAGetWithoutItsBody(String path) {
        try (var proxy = TestProxy.before(upstream); var client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                var head = client.request("HEAD", path, "").responseWithoutBody();
                var get = client.request("GET", path, "").response();
                assertEquals(get.status(), head.status());
                assertEquals(get.header("content-type"), head.header("content-type"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/embeddings", "/chat", "/favicon.ico", "/v1/models/../files",
        "/%3Cscript%3E?key=sk-secret"})
    void answersAnUnknownPathWith404InJson(String path) {
        for (var method : List.of("GET", "POST", "DELETE")) {
            var error = request(method, path).error(404);
            assertEquals("unknown_url", error.string("code"));
            assertEquals("invalid_request_error", error.string("type"));
            assertTrue(error.string("message").contains("POST /v1/chat/completions"));
            assertFalse(error.string("message").contains("sk-secret"));
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, /v1/chat/completions, POST", "PUT, /api/chat, POST",
        "DELETE, /v1/chat/completions, POST", "POST, /v1/models, 'GET, HEAD'",
        "POST, /v1/models/m, 'GET, HEAD'", "POST, /api/status, 'GET, HEAD'",
        "POST, /api/clients, 'GET, HEAD'",
        "POST, /, 'GET, HEAD'", "PATCH, /app.js, 'GET, HEAD'", "PATCH, /v1/models, 'GET, HEAD'"})
    void answersAWrongMethodWith405InJson(String method, String path, String allowed) {
        var response = request(method, path);
        assertEquals("method_not_allowed", response.error(405).string("code"));
        assertEquals(allowed, response.header("allow"));
    }
}
