package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ModelsTest {
    private static final String LIST = "{ \"object\":\"list\", \"data\":[] }\n";

    @ParameterizedTest
    @CsvSource({"/v1/models, /v1/models", "/api/models, /v1/models", "/v1/models/m, /v1/models/m",
        "/models/org/m, /v1/models/org/m"})
    void passesTheUpstreamsListOn(String target, String asked) {
        try (var upstream = ScriptedUpstream.answering(200, LIST, "x-request-id: req_1");
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.get(target);
            assertEquals(200, response.status());
            assertEquals(LIST, response.text());
            assertEquals("req_1", response.header("x-upstream-request-id"));
            var sent = upstream.call();
            assertEquals("GET " + asked + " HTTP/1.1", sent.requestLine());
            assertEquals("Bearer sk-of-the-client", sent.headers().get("authorization"));
            assertEquals("application/json", sent.headers().get("accept"));
            assertEquals("", sent.body());
        }
    }

    @Test
    void asksWithGetForAHeadAndSendsNoBody() {
        try (var upstream = ScriptedUpstream.answering(200, LIST);
                var proxy = TestProxy.before(upstream); var client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                client.request("HEAD", "/v1/models", "", TestProxy.KEY);
                assertEquals(200, client.responseWithoutBody().status());
                assertEquals("GET /v1/models HTTP/1.1", upstream.call().requestLine());
            }
        }
    }

    @Test
    void passesFailuresOn() {
        var body = Chats.error("invalid_request_error", "\"model_not_found\"", "No.");
        try (var upstream = ScriptedUpstream.start(call -> {
                    if (call.requestLine().contains("html")) {
                        call.answer(503, "text/html", "<h1>Busy</h1>", "Retry-After: 5");
                    } else {
                        call.json(404, body);
                    }
                });
                var proxy = TestProxy.before(upstream)) {
            assertEquals(body, proxy.get("/v1/models/m").text());
            assertEquals(404, proxy.get("/v1/models/m").status());
            var response = proxy.get("/v1/models/html");
            assertEquals("upstream_not_json", response.error(503).string("code"));
            assertEquals("5", response.header("retry-after"));
        }
    }

    @Test
    void isBadGatewayIfTheUpstreamsListIsNotJson() {
        try (var upstream = ScriptedUpstream.start(call ->
                        call.answer(200, "text/html", "<title>Sign in</title>"));
                var proxy = TestProxy.before(upstream)) {
            proxy.get("/v1/models").error(502);
        }
    }
}
