package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The same APIs at the places where Google and Azure serve them: told as streams there too, with
/// the key in the header that each of them reads.
final class ElsewhereTest {
    private static final String AZURE = "/openai/deployments/d/chat/completions?api-version=1";

    private static void assertKey(String name, String value, Call call) {
        assertEquals(value, call.headers().get(name));
        assertEquals(1, Stream.of("authorization", "x-api-key", "api-key", "x-goog-api-key")
                .filter(call.headers()::containsKey).count(), call.headers()::toString);
    }

    @ParameterizedTest
    @CsvSource({
        AZURE + ", api-key: sk-1, api-key, sk-1",
        AZURE + ", Authorization: Bearer eyJh.b-_c.d, authorization, Bearer eyJh.b-_c.d",
        AZURE + ", Authorization: Bearer sk-1, api-key, sk-1",
        AZURE + ", x-api-key: sk-1, api-key, sk-1",
        "/openai/v1/chat/completions, api-key: sk-1, api-key, sk-1",
        "/openai/v1/chat/completions?api-version=preview, api-key: sk-1, api-key, sk-1",
        "/v1beta/openai/chat/completions, Authorization: Bearer g, authorization, Bearer g",
        "/v1beta/openai/chat/completions, x-goog-api-key: g, authorization, Bearer g",
        "/v1beta1/projects/p/locations/l/endpoints/openapi/chat/completions, "
            + "Authorization: Bearer t, authorization, Bearer t"})
    void tellsAChatAtItsPlaceWithHeartbeats(String target, String shown, String name,
            String value) {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, Chats.completion("Hello."));
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=0");
                var client = SseClient.reading(proxy.connect().request("POST", target,
                        Chats.STREAM, shown))) {
            assertTrue(client.next().isHeartbeat());
            gate.countDown();
            assertEquals("Hello.", client.content());
            assertTrue(client.ending().whole());
            var call = upstream.call();
            assertEquals("POST " + target + " HTTP/1.1", call.requestLine());
            assertTrue(call.body().contains("\"stream\":false"), call.body());
            assertKey(name, value, call);
        }
    }

    @ParameterizedTest
    @CsvSource({"x-goog-api-key: g-1, x-goog-api-key, g-1",
        "Authorization: Bearer t, authorization, Bearer t"})
    void tellsGeminisContentAtVertex(String shown, String name, String value) {
        var path = "/v1/projects/p/locations/l/publishers/google/models/g";
        try (var upstream = ScriptedUpstream.answering(200, Api.gemini("Hi.", "\"STOP\""));
                var proxy = TestProxy.before(upstream);
                var client = SseClient.reading(proxy.connect().request("POST",
                        path + ":streamGenerateContent?alt=sse", "{\"contents\":[]}", shown))) {
            assertTrue(client.body().contains("Hi."));
            assertTrue(client.ending().whole());
            var call = upstream.call();
            assertEquals("POST " + path + ":generateContent HTTP/1.1", call.requestLine());
            assertKey(name, value, call);
            assertTrue((proxy.accessLine() + " ").contains(" model=g "));
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions, Authorization: Bearer sk-1, api-key, sk-1",
        "/v1/embeddings, Authorization: Bearer eyJh.b.c, authorization, Bearer eyJh.b.c",
        "/v1/messages, x-api-key: sk-1, x-api-key, sk-1"})
    void givesADeploymentTheKeyOfAnyClient(String target, String shown, String name,
            String value) {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream.url() + "/openai/deployments/d?v=1")) {
            proxy.request("POST", target, Chats.WHOLE, shown);
            var call = upstream.call();
            assertEquals("POST " + target.replace("/v1", "/openai/deployments/d") + "?v=1 HTTP/1.1",
                    call.requestLine());
            assertKey(name, value, call);
        }
    }

    @Test
    void givesAzureTheOperatorsKeyForAProxyKey() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "PROXY_API_KEYS=proxy-key-1",
                        "OPENAI_API_KEY=sk-operators")) {
            for (var shown : new String[] {"api-key: proxy-key-1",
                "Authorization: Bearer proxy-key-1"}) {
                assertEquals(200, proxy.request("POST", AZURE, Chats.WHOLE, shown).status());
                assertKey("api-key", "sk-operators", upstream.call());
            }
            proxy.request("POST", AZURE, Chats.WHOLE, "api-key: sk-other").error(401);
            assertEquals(2, upstream.count());
        }
    }

    /// The deployment names the model, whether or not the request does.
    @Test
    void streamsAsTheSettingsSayForTheDeployment() {
        var events = "data: " + Chats.completion("Hello.") + "\n\ndata: [DONE]\n\n";
        try (var upstream = ScriptedUpstream.start(call ->
                    call.answer(200, "text/event-stream", events));
                var proxy = TestProxy.before(upstream, "STREAM_MODE_MODELS=d=real")) {
            proxy.request("POST", AZURE, "{\"stream\":true,\"messages\":[]}", "api-key: sk-1");
            var call = upstream.call();
            assertTrue(call.body().contains("\"stream\":true"), call.body());
            assertTrue((proxy.accessLine() + " ").contains(" model=d "));
        }
    }

    @Test
    void failsInTheFormOfTheApiThatIsServedThere() {
        try (var upstream = ScriptedUpstream.answering(200, "{}");
                var proxy = TestProxy.before(upstream)) {
            assertEquals("invalid_api_key",
                    proxy.request("POST", AZURE, Chats.STREAM).error(401).string("code"));
            assertEquals("invalid_api_key", proxy.request("GET", "/v1beta/openai/models", "")
                    .error(401).string("code"));
            var gemini = proxy.request("POST", "/v1/projects/p/models/g:countTokens", "{}");
            assertTrue(gemini.text().contains("UNAUTHENTICATED"), gemini.text());
        }
    }
}
