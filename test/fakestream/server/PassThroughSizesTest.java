package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The size limits of passed-through requests and answers.
final class PassThroughSizesTest {
    private static ScriptedUpstream fine() {
        return ScriptedUpstream.answering(200, "{\"ok\":true}");
    }

    @Test
    void refusesABodyWithATooLargeLength() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream, "MAX_BODY_BYTES=1024")) {
            assertEquals(200, proxy.request("POST", "/v1/files", "x".repeat(1024),
                    TestProxy.KEY).status());
            var error = proxy.request("POST", "/v1/files", "x".repeat(1025), TestProxy.KEY)
                    .error(413);
            assertEquals("request_too_large", error.string("code"));
            assertEquals(1, upstream.count());
        }
    }

    @Test
    void refusesABodyInChunksThatBecomesTooLarge() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream, "MAX_BODY_BYTES=1024");
                var client = proxy.connect()) {
            client.send(RawClient.head("POST", "/v1/files", TestProxy.KEY,
                    "Transfer-Encoding: chunked") + "\r\n"
                    + ("200\r\n" + "x".repeat(512) + "\r\n").repeat(3) + "0\r\n\r\n");
            assertEquals("request_too_large", client.response().error(413).string("code"));
        }
    }

    /// With any status: the proxy would have to cut a too large answer in the middle.
    @ParameterizedTest
    @ValueSource(ints = {200, 206, 404, 500})
    void isBadGatewayIfTheUpstreamAnnouncesATooLargeAnswer(int status) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.head(status, "Content-Length: 1025", "Content-Type: audio/mpeg");
                    call.sawClose();
                });
                var proxy = TestProxy.before(upstream, "MAX_UPSTREAM_BYTES=1024")) {
            var response = proxy.get("/v1/files/f/content");
            assertEquals("upstream_too_large", response.error(502).string("code"));
            assertEquals("application/json", response.header("content-type"));
            assertTrue(proxy.accessLine().startsWith("GET /v1/files/f/content 502 "));
        }
    }

    @Test
    void passesAnAnswerAtTheLimit() {
        try (var upstream = ScriptedUpstream.start(call ->
                    call.answer(200, "text/plain", "x".repeat(1024)));
                var proxy = TestProxy.before(upstream, "MAX_UPSTREAM_BYTES=1024")) {
            assertEquals(1024, proxy.get("/v1/files/f/content").text().length());
        }
    }

    @Test
    void passesTheLengthOfALargeFileToAHead() {
        try (var upstream = ScriptedUpstream.start(call ->
                    call.head(200, "Content-Length: 123456789"));
                var proxy = TestProxy.before(upstream, "MAX_UPSTREAM_BYTES=1024")) {
            var response = proxy.request("HEAD", "/v1/files/f/content", "", TestProxy.KEY);
            assertEquals(200, response.status());
            assertEquals("123456789", response.header("content-length"));
        }
    }
}
