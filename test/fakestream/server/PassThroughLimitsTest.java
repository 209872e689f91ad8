package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Passed-through requests follow the same rules for headers, keys and limits as all others, and
/// end when their client leaves.
final class PassThroughLimitsTest {
    private static final Map<String, String> UP = Map.of("content-type", "image/png",
            "accept", "audio/*", "content-encoding", "gzip", "range", "bytes=0-9",
            "if-none-match", "\"e\"", "user-agent", "SDK/1.0", "openai-organization", "org",
            "idempotency-key", "once");

    private static final List<String> NEVER_UP = List.of("Cookie: a=b", "Origin: https://a.example",
            "X-Forwarded-For: 10.0.0.1", "X-Forwarded-Host: b.example", "Forwarded: for=10.0.0.1",
            "X-Real-IP: 10.0.0.1", "Proxy-Authorization: Basic x", "TE: trailers",
            "Referer: https://a.example/", "X-Custom: 1");

    private static final Map<String, String> DOWN = Map.of("content-type", "image/png",
            "content-encoding", "gzip", "content-disposition", "attachment; filename=\"a\"",
            "content-range", "bytes 0-1/2", "accept-ranges", "bytes", "etag", "\"e\"",
            "last-modified", "Thu, 01 Jan 1970 00:00:00 GMT", "cache-control", "max-age=1",
            "x-ratelimit-limit-tokens", "1");

    private static final List<String> NEVER_DOWN = List.of("Set-Cookie: a=b",
            "Access-Control-Allow-Credentials: true", "X-Accel-Redirect: /etc", "X-Sendfile: /etc",
            "Strict-Transport-Security: max-age=1", "Server: secret/1.0", "Clear-Site-Data: \"*\"",
            "Refresh: 0", "Alt-Svc: h3");

    private static String[] fields(Map<String, String> some, List<String> others) {
        return Stream.concat(some.entrySet().stream()
                .map(field -> field.getKey() + ": " + field.getValue()), others.stream())
                .toArray(String[]::new);
    }

    private static List<String> names(List<String> fields) {
        return fields.stream().map(field -> field.split(":")[0].toLowerCase()).toList();
    }

    private static ScriptedUpstream fine() {
        return ScriptedUpstream.answering(200, "{\"ok\":true}");
    }

    @Test
    void sendsOnlyAllowedHeadersUpstream() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            proxy.request("POST", "/v1/images/variations", "x",
                    fields(UP, Stream.concat(NEVER_UP.stream(), Stream.of(TestProxy.KEY))
                            .toList()));
            var headers = upstream.call().headers();
            UP.forEach((name, value) -> assertEquals(value, headers.get(name), name));
            names(NEVER_UP).forEach(name -> assertNull(headers.get(name), name));
            assertEquals("Bearer sk-of-the-client", headers.get("authorization"));
        }
    }

    @Test
    void sendsOnlyAllowedHeadersToTheClient() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    var fields = fields(DOWN, Stream.concat(NEVER_DOWN.stream(),
                            Stream.of("Access-Control-Allow-Origin: https://b.example",
                                    "X-Request-Id: req_u", "Content-Length: 1")).toList());
                    call.head(206, fields);
                    call.send("x");
                });
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.get("/v1/files/f/content", "Origin: https://a.example");
            assertEquals("req_u", response.header("x-upstream-request-id"));
            DOWN.forEach((name, value) -> assertEquals(value, response.header(name), name));
            names(NEVER_DOWN).forEach(name -> assertNull(response.header(name), name));
            assertEquals("*", response.header("access-control-allow-origin"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/v1/embeddings|Authorization: Bearer sk-1|authorization|Bearer sk-1",
        "/v1/embeddings|x-api-key: sk-1|authorization|Bearer sk-1",
        "/v1/messages/batches|x-api-key: sk-1\\r\\nanthropic-version: 2023-06-01|x-api-key|sk-1",
        "/v1/messages/batches|Authorization: Bearer t\\r\\nanthropic-version: 1|authorization|"
            + "Bearer t",
        "/v1beta/files|x-goog-api-key: g-1|x-goog-api-key|g-1",
        "/v1beta/files|Authorization: Bearer t|authorization|Bearer t",
        "/v1beta/files?key=g-1|X-Title: t|x-goog-api-key|g-1"})
    void sendsTheKeyAsItsApiWantsIt(String target, String shown, String name, String value) {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            proxy.request("POST", target, "{}", shown.replace("\\r\\n", "\r\n"));
            var headers = upstream.call().headers();
            assertEquals(value, headers.get(name));
            assertEquals(1, Stream.of("authorization", "x-api-key", "x-goog-api-key", "api-key")
                    .filter(headers::containsKey).count(), headers::toString);
            assertEquals(shown.contains("anthropic"), headers.containsKey("anthropic-version"));
        }
    }

    @ParameterizedTest
    @CsvSource({"?key=g-secret,''", "?key=g-secret&alt=json,?alt=json",
        "?a=%20&key=g-secret&b,?a=%20&b", "?k%65y=g-secret&monkey=2,?monkey=2",
        "?key=g-secret&key=g-secret2,''"})
    void neverSendsOrLogsTheKeyOfAQuery(String query, String upstreams) {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            assertEquals(200, proxy.request("GET", "/v1beta/files" + query, "").status());
            var call = upstream.call();
            assertEquals("GET /v1beta/files" + upstreams + " HTTP/1.1", call.requestLine());
            assertEquals("g-secret", call.headers().get("x-goog-api-key"));
            assertFalse((proxy.accessLine() + proxy.diagnostics()).contains("g-secret"));
        }
    }

    @Test
    void replacesAProxyKeyByTheOperatorsKey() {
        try (var upstream = fine();
                var proxy = TestProxy.before(upstream, "PROXY_API_KEYS=proxy-key-1",
                        "OPENAI_API_KEY=sk-operators")) {
            proxy.request("GET", "/v1beta/files?key=proxy-key-1", "");
            assertEquals("sk-operators", upstream.call().headers().get("x-goog-api-key"));
            proxy.request("GET", "/v1/files", "", "Authorization: Bearer other").error(401);
            assertEquals(1, upstream.count());
        }
    }

    @Test
    void isUnauthorisedInTheFormOfTheApiWithoutAKey() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            assertEquals("invalid_api_key", proxy.request("POST", "/v1/embeddings", "{}")
                    .error(401).string("code"));
            var anthropic = proxy.request("POST", "/v1/messages/batches", "{}",
                    "anthropic-version: 2023-06-01");
            assertEquals(401, anthropic.status());
            assertEquals("error", anthropic.json().string("type"));
            assertEquals("authentication_error",
                    ((JsonObject) anthropic.json().get("error")).string("type"));
            var google = proxy.request("POST", "/v1beta/models/g:embedContent", "{}");
            assertEquals(401, google.status());
            assertEquals("UNAUTHENTICATED",
                    ((JsonObject) google.json().get("error")).string("status"));
            assertEquals(0, upstream.count());
        }
    }

    @Test
    void isBadGatewayInTheFormOfTheApiIfNothingAnswers() throws IOException {
        try (var proxy = TestProxy.before("http://127.0.0.1:" + closedPort())) {
            assertEquals("upstream_unreachable",
                    proxy.get("/v1/files").error(502).string("code"));
            var google = proxy.get("/v1beta/files");
            assertEquals(502, google.status());
            assertEquals("UNAVAILABLE",
                    ((JsonObject) google.json().get("error")).string("status"));
        }
    }

    private static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void endsUncleanly(Script script, String... settings) {
        try (var upstream = ScriptedUpstream.start(script);
                var proxy = TestProxy.before(upstream, settings);
                var client = SseClient.reading(proxy.connect().request("GET", "/v1/files", "",
                        TestProxy.KEY))) {
            assertEquals(200, client.status());
            assertFalse(client.ending().whole());
            assertTrue(proxy.accessLine().contains(" broken off id="));
        }
    }

    @Test
    void breaksOffIfTheUpstreamBreaksOff() {
        endsUncleanly(call -> {
            call.begin("text/plain");
            call.chunk("half");
        });
        endsUncleanly(call -> {
            call.head(200, "Content-Length: 10");
            call.send("half");
        });
        endsUncleanly(call -> {
            call.begin("text/plain");
            call.chunk("x".repeat(2000));
            call.end();
        }, "MAX_UPSTREAM_BYTES=1024");
    }

    @Test
    void cancelsTheUpstreamWhenTheClientLeaves() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("text/plain");
                    while (true) {
                        call.chunk("x".repeat(1000));
                    }
                });
                var proxy = TestProxy.before(upstream);
                var client = SseClient.reading(proxy.connect().request("GET", "/v1/files", "",
                        TestProxy.KEY))) {
            assertNotNull(client.next());
            client.leave();
            assertTrue(upstream.call().sawClose() > 0);
            assertTrue(proxy.accessLine().contains(" 499 "));
        }
    }

    @Test
    void cancelsTheUpstreamWhenTheClientLeavesInItsUpload() throws IOException {
        try (var upstream = new ServerSocket(0);
                var proxy = TestProxy.before("http://127.0.0.1:" + upstream.getLocalPort());
                var client = proxy.connect()) {
            client.send(RawClient.head("POST", "/v1/files", TestProxy.KEY,
                    "Content-Length: 100000") + "\r\n" + "x".repeat(70_000) + "half");
            try (var socket = upstream.accept()) {
                socket.setSoTimeout(5000);
                client.leave();
                var all = new String(socket.getInputStream().readAllBytes(),
                        StandardCharsets.ISO_8859_1);
                assertTrue(all.endsWith("xxhalf"), all);
                assertTrue(proxy.accessLine().contains(" 499 "));
            }
        }
    }

    @Test
    void answers404IfPassThroughIsOff() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream, "PASS_THROUGH=false")) {
            assertEquals("unknown_url", proxy.get("/v1/embeddings").error(404).string("code"));
            assertEquals(404, proxy.get("/v1beta/files").status());
            assertEquals(0, upstream.count());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "CONNECT"})
    void refusesMethodsThatAreForProxies(String method) {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            var response = proxy.request(method, "/v1/files", "", TestProxy.KEY);
            response.error(405);
            assertFalse(response.header("allow").contains(method));
            assertEquals(0, upstream.count());
        }
    }
}
