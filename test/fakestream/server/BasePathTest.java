package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A daemon behind a web server that leaves its own path before ours.
final class BasePathTest {
    private static final String BASE = "BASE_PATH=/on/proxy/";

    private static ScriptedUpstream fine() {
        return ScriptedUpstream.answering(200, Chats.completion("Hello."));
    }

    @ParameterizedTest
    @CsvSource({"/on/proxy/v1/chat/completions?a=b", "/v1/chat/completions?a=b",
        "/on/proxy/chat/completions?a=b"})
    void streamsWithAndWithoutThePath(String target) {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream, BASE);
                var client = SseClient.reading(proxy.connect().request("POST", target,
                        Chats.STREAM, TestProxy.KEY))) {
            assertEquals("Hello.", client.content());
            assertEquals("POST /v1/chat/completions?a=b HTTP/1.1", upstream.call().requestLine());
            var line = proxy.accessLine();
            assertTrue(line.startsWith("POST " + target.replace("?a=b", " 200")), line);
        }
    }

    /// A browser resolves each link of the page and of its modules below the path.
    @Test
    void showsThePageAndWhatItLinksTo() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream, BASE)) {
            var moved = proxy.get("/on/proxy?x=1");
            assertEquals(308, moved.status());
            var page = URI.create("/on/proxy?x=1").resolve(moved.header("location"));
            assertEquals("/on/proxy/?x=1", page.toString());
            var html = proxy.get(page.toString());
            assertEquals(200, html.status());
            var links = Pattern.compile("(?:href|src)=\"([^\":]+)\"").matcher(html.text())
                    .results().map(link -> page.resolve(link.group(1)).toString()).toList();
            assertTrue(links.size() > 10, links::toString);
            for (var link : links) {
                assertTrue(link.startsWith("/on/proxy/"), link);
                assertEquals(200, proxy.get(link).status(), link);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"/on/proxy/v1/files/f, /on/proxy/v1/files/g",
        "/v1/files/f, /v1/files/g"})
    void leadsARedirectBackThroughThePath(String target, String location) {
        try (var upstream = ScriptedUpstream.start(call ->
                    call.answer(302, "text/plain", "", "Location: /v1/files/g"));
                var proxy = TestProxy.before(upstream, BASE)) {
            assertEquals(location, proxy.get(target).header("location"));
        }
    }

    @Test
    void findsNothingBesideThePath() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream, BASE)) {
            for (var target : new String[] {"/on/v1/models", "/on/proxyv1/models", "/on"}) {
                assertEquals("unknown_url", proxy.get(target).error(404).string("code"));
            }
        }
    }

    @Test
    void changesWithTheSettings() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            proxy.get("/on/proxy/readyz").error(404);
            proxy.server().reload(Config.of(Map.of("BASE_PATH", "/on/proxy",
                    "SOURCE_API_URL", upstream.url())));
            assertEquals(200, proxy.get("/on/proxy/readyz").status());
        }
    }
}
