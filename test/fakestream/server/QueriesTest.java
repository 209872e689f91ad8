package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The query of the request and the query of the upstream's address go upstream; the proxy shows a
/// key in them nowhere.
final class QueriesTest {
    private static final String SECRET = "configured+secret";

    private static ScriptedUpstream fine() {
        return ScriptedUpstream.answering(200, Chats.completion("Hello."));
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void sendsTheQueryOfEachApiUpstream(Api api) {
        try (var upstream = ScriptedUpstream.answering(200, api.answer());
                var proxy = TestProxy.before(upstream); var client = proxy.connect()) {
            var mark = api.target().contains("?") ? "&" : "?";
            client.request("POST", api.target() + mark + "api-version=preview&b=%20c",
                    api.request(), api.key());
            assertEquals(200, client.response().status());
            var line = upstream.call().requestLine();
            assertTrue(line.contains("api-version=preview&b=%20c"), line);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Chats.WHOLE, Chats.STREAM})
    void sendsTheQueryOfAChatWhetherOrNotItStreams(String request) {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream);
                var client = proxy.connect()) {
            client.request("POST", "/v1/chat/completions?beta=true", request, TestProxy.KEY)
                    .response();
            assertEquals("POST /v1/chat/completions?beta=true HTTP/1.1",
                    upstream.call().requestLine());
        }
    }

    @ParameterizedTest
    @CsvSource({"?key=sk-of-the-client&v=1", "?v=1&api-key=anything", "?API_KEY=x&v=1",
        "?access_token=x&v=1", "?v=1&whatever=sk-of-the-client", "?v=1&x=Bearer%20abcdef123456",
        "?v=1&x=AIza0123456789_abcdefghij", "?k%65y=1&v=1"})
    void removesKeysFromTheQuery(String query) {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            for (var path : new String[] {"/v1/chat/completions", "/v1/embeddings"}) {
                proxy.request("POST", path + query, Chats.WHOLE, TestProxy.KEY);
                assertEquals("POST " + path + "?v=1 HTTP/1.1", upstream.call().requestLine());
            }
        }
    }

    @Test
    void keepsParametersWithNamesSimilarToAKey() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            proxy.request("GET", "/v1/files?monkey=1&page_token=t&keys=k", "", TestProxy.KEY);
            assertEquals("GET /v1/files?monkey=1&page_token=t&keys=k HTTP/1.1",
                    upstream.call().requestLine());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/openai/v1?api-version=p,/v1/chat/completions,/openai/v1/chat/completions?api-version=p",
        "/d/chat/completions?v=1,/v1/chat/completions,/d/chat/completions?v=1",
        "/d/chat/completions?v=1,/v1/models?limit=2,/d/models?v=1&limit=2",
        "/d/chat/completions?v=1,/v1/embeddings,/d/embeddings?v=1",
        "/api/chat/completions,/v1/chat/completions,/api/chat/completions",
        "/?v=1,/v1/responses?v=2,/v1/responses?v=2"})
    void asksAtTheAddressAsItStands(String base, String path, String asked) {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream.url() + base)) {
            var method = path.startsWith("/v1/models") ? "GET" : "POST";
            proxy.request(method, path, method.equals("GET") ? "" : Chats.WHOLE, TestProxy.KEY);
            assertEquals(method + " " + asked + " HTTP/1.1", upstream.call().requestLine());
        }
    }

    @Test
    void asksAFallbackWithItsOwnQuery() {
        try (var broken = ScriptedUpstream.answering(503, "{}"); var upstream = fine();
                var proxy = TestProxy.before(broken.url() + "/v1?v=1",
                        "FALLBACK_API_URLS=" + upstream.url() + "/x/chat/completions?w=2")) {
            assertEquals(200, proxy.chat(Chats.WHOLE).status());
            assertEquals("POST /v1/chat/completions?v=1 HTTP/1.1", broken.call().requestLine());
            assertEquals("POST /x/chat/completions?w=2 HTTP/1.1",
                    upstream.call().requestLine());
        }
    }

    @Test
    void showsASecretOfTheConfiguredQueryNowhere() {
        var settings = "/v1?api-key=configured%2Bsecret&api-version=2024-10-21";
        try (var upstream = ScriptedUpstream.start(call -> call.json(400, Chats.error("e", "null",
                        "No key " + SECRET + " at " + call.requestLine() + ", see 2024-10-21.")));
                var proxy = TestProxy.before(upstream.url() + settings)) {
            var error = proxy.chat(Chats.WHOLE).text();
            assertTrue(error.contains("No key *** at"), error);
            assertTrue(error.contains("see 2024-10-21."), error);
            var seen = error + proxy.get("/api/status").text() + proxy.accessLine()
                    + proxy.accessLine() + proxy.diagnostics() + proxy.server().upstreamUrl()
                    + Config.of(Map.of("SOURCE_API_URL", upstream.url() + settings,
                            "FALLBACK_API_URLS", "https://a.example/v1," + upstream.url()
                                    + settings + ",https://b.example/v1")).print();
            assertFalse(seen.contains("secret"), seen);
            assertTrue(seen.contains("SOURCE_API_URL=" + upstream.url() + "/v1?***  #"), seen);
            assertTrue(seen.contains("FALLBACK_API_URLS=https://a.example/v1," + upstream.url()
                    + "/v1?***,https://b.example/v1  #"), seen);
        }
    }

    @ParameterizedTest
    @CsvSource({"301,/v1/files/g/content,/v1/files/g/content",
        "302,https://cdn.example/f?sig=a%2Fb,https://cdn.example/f?sig=a%2Fb",
        "303,https://cdn.example/f?key=sk-of-the-client,https://cdn.example/f?key=***",
        "307,SELF/v1/files/g?v=1,/v1/files/g", "308,SELF/other,SELF/other"})
    void keepsTheLocationOfARedirect(int status, String location, String told) {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(status, "text/html", "<p>",
                        "Location: " + location.replace("SELF", "http://"
                                + call.headers().get("host"))));
                var proxy = TestProxy.before(upstream.url() + "/v1?v=1")) {
            var response = proxy.get("/v1/files/f/content");
            assertEquals(status, response.status());
            assertEquals(told.replace("SELF", upstream.url()), response.header("location"));
        }
    }
}
