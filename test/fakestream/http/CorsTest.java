package fakestream.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CorsTest {
    private static final String USUAL =
            "Authorization, Content-Type, X-Api-Key, Api-Key, X-Stream-Mode";
    private static final String SDK = "authorization, content-type, x-stainless-arch, "
            + "x-stainless-lang, x-stainless-os, x-stainless-package-version, "
            + "x-stainless-retry-count, x-stainless-runtime, x-stainless-runtime-version, "
            + "x-stream-mode";
    private static final String LIST = "CORS_ALLOW_ORIGIN=https://a.example,https://b.example";

    private final ScriptedUpstream upstream =
            ScriptedUpstream.answering(500, Chats.error("server_error", "null", "No."));

    @AfterEach
    void close() {
        upstream.close();
    }

    private ClientResponse preflight(String path, String asked, String... settings) {
        try (var proxy = TestProxy.before(upstream, settings); var client = proxy.connect()) {
            var response = client.request("OPTIONS", path, "", "Origin: https://a.example",
                    "Access-Control-Request-Method: POST", asked).responseWithoutBody();
            assertEquals(0, upstream.count());
            return response;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/api/chat", "/v1/models", "/v1/models/m",
        "/api/models", "/api/status", "/v1//chat/completions", "/v1/unknown"})
    void answersAPreflightOnEveryPathWithoutAKey(String path) {
        var response = preflight(path, "Access-Control-Request-Headers: " + SDK);
        assertEquals(204, response.status());
        assertEquals("*", response.header("access-control-allow-origin"));
        assertEquals("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
                response.header("access-control-allow-methods"));
        assertEquals(SDK, response.header("access-control-allow-headers"));
        assertEquals("86400", response.header("access-control-max-age"));
        assertEquals("Access-Control-Request-Headers", response.header("vary"));
        assertNull(response.header("access-control-allow-credentials"));
    }

    /// A page that may upload a file may delete it too.
    @Test
    void allowsServedMethods() {
        assertEquals("GET, HEAD, POST, OPTIONS", preflight("/v1/files/f", "X: y",
                "PASS_THROUGH=false").header("access-control-allow-methods"));
        try (var proxy = TestProxy.before(upstream)) {
            for (var method : List.of("PUT", "PATCH", "DELETE")) {
                var allowed = proxy.request("OPTIONS", "/v1/files/f", "",
                        "Origin: https://a.example", "Access-Control-Request-Method: " + method)
                        .header("access-control-allow-methods");
                assertTrue(List.of(allowed.split(", ")).contains(method), allowed);
            }
        }
    }

    /// Browsers ask this before a public page may call a daemon on the same machine or network.
    @Test
    void letsAllowedPagesIntoAPrivateNetwork() {
        var asked = "Access-Control-Request-Private-Network: true";
        var answer = "access-control-allow-private-network";
        assertEquals("true", preflight("/v1/models", asked).header(answer));
        assertEquals("true", preflight("/v1/models", asked, LIST).header(answer));
        assertNull(preflight("/v1/models", asked, "CORS_ALLOW_ORIGIN=https://b.example")
                .header(answer));
        assertNull(preflight("/v1/models", asked.replace("true", "false")).header(answer));
        assertNull(preflight("/v1/models", "X: y").header(answer));
    }

    @Test
    void echoesOnlyAValidListOfHeaders() {
        var many = IntStream.rangeClosed(1, 65).mapToObj(i -> "x-" + i);
        for (var asked : new String[] {"a b", "a,,b", "a:b", "<script>", "", "x-\u00e9", "a;b",
            many.collect(Collectors.joining(",")), "x-" + "y".repeat(4100)}) {
            assertEquals(USUAL, preflight("/v1/models", "Access-Control-Request-Headers: " + asked)
                    .header("access-control-allow-headers"), asked);
        }
        assertEquals(USUAL, preflight("/v1/models", "X: none asked for")
                .header("access-control-allow-headers"));
        assertEquals("X-A, b", preflight("/v1/models", "Access-Control-Request-Headers:X-A,b ")
                .header("access-control-allow-headers"));
    }

    @Test
    void allowsOnlyListedOrigins() {
        var asked = "Access-Control-Request-Headers: authorization";
        var allowed = preflight("/v1/models", asked, LIST);
        assertEquals("https://a.example", allowed.header("access-control-allow-origin"));
        assertEquals("Origin, Access-Control-Request-Headers", allowed.header("vary"));
        var other = preflight("/v1/models", asked, "CORS_ALLOW_ORIGIN=https://b.example");
        assertEquals(204, other.status());
        assertNull(other.header("access-control-allow-origin"));
        assertTrue(other.header("vary").startsWith("Origin"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://a.example.evil", "https://evil-a.example", "http://a.example",
        "https://a.example:8443", "https://A.example", "null",
        "https://a.example,https://b.example"})
    void allowsNoOriginThatOnlyResemblesAListedOne(String origin) {
        try (var proxy = TestProxy.before(upstream, LIST)) {
            var response = proxy.get("/api/status", "Origin: " + origin);
            assertEquals(200, response.status());
            assertNull(response.header("access-control-allow-origin"));
            assertEquals("Origin", response.header("vary"));
        }
    }

    @Test
    void variesByOriginForEveryRequest() {
        try (var proxy = TestProxy.before(upstream, LIST)) {
            assertEquals("Origin", proxy.get("/api/status").header("vary"));
        }
    }

    /// A page must be able to read the errors of both the proxy and the upstream.
    @ParameterizedTest
    @ValueSource(strings = {"https://a.example", "https://b.example"})
    void letsAPageReadErrors(String origin) {
        var page = "Origin: " + origin;
        try (var proxy = TestProxy.before(upstream, LIST)) {
            check(origin, 401, proxy.request("GET", "/v1/models", "", page));
            check(origin, 404, proxy.request("GET", "/nothing", "", page));
            check(origin, 405, proxy.request("PUT", "/v1/models", "", page));
            check(origin, 400, proxy.chat("{}", page));
            check(origin, 500, proxy.chat(Chats.WHOLE, page));
            check(origin, 500, proxy.chat(Chats.STREAM, page));
        }
    }

    private static void check(String origin, int status, ClientResponse response) {
        assertEquals(status, response.status());
        assertEquals(origin, response.header("access-control-allow-origin"));
        assertEquals("Origin", response.header("vary"));
        assertEquals("X-Request-Id, X-Upstream-Request-Id, Retry-After, Retry-After-Ms, "
                + "X-Should-Retry",
                response.header("access-control-expose-headers"));
    }

    @Test
    void letsAPageReadAStream() {
        try (var answering = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(answering, LIST);
                var client = proxy.stream(Chats.STREAM, "Origin: https://a.example")) {
            assertEquals("Hello.", client.content());
            assertEquals("https://a.example", client.headers().get("access-control-allow-origin"));
            assertEquals("Origin", client.headers().get("vary"));
        }
    }

    @Test
    void answersAnOptionsRequestThatIsNoPreflight() {
        try (var proxy = TestProxy.before(upstream)) {
            for (var fields : List.of(new String[0], new String[] {"Origin: https://a.example"})) {
                var response = proxy.request("OPTIONS", "/v1/models", "", fields);
                assertEquals(204, response.status());
                assertEquals("GET, HEAD, OPTIONS", response.header("allow"));
                assertNull(response.header("access-control-allow-methods"));
            }
        }
    }
}
