package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An upstream that repeats the secrets of its request in its errors.
final class SecretsTest {
    private static final String EXTRA =
            "UPSTREAM_EXTRA_HEADERS_JSON={\"X-Extra\":\"hidden value\"}";
    private static final String UNRELATED = "sk-unrelated-0123";

    /// No client and no log may see these.
    private static final String SECRETS =
            "(?s).*(sk-of-the|of-the-client|sk-ant-1|g-secret|hidden|unrelated|-0123).*";

    /// A request in its streamed and its whole form.
    private enum Asked {
        CHAT("/v1/chat/completions", TestProxy.KEY, Chats.STREAM),
        COMPLETIONS(Api.COMPLETIONS), RESPONSES(Api.RESPONSES), MESSAGES(Api.MESSAGES),
                GEMINI(Api.GEMINI_EVENTS), GEMINI_ARRAY(Api.GEMINI_ARRAY);

        private final String target;
        private final String key;
        private final String request;

        Asked(String target, String key, String request) {
            this.target = target;
            this.key = key;
            this.request = request;
        }

        Asked(Api api) {
            this(api.target(), api.key(), api.request());
        }

        SseClient stream(TestProxy proxy) {
            return SseClient.reading(proxy.connect().request("POST", target, request, key));
        }

        SseClient whole(TestProxy proxy) {
            return SseClient.reading(proxy.connect().request("POST",
                    target.replace("streamGenerateContent", "generateContent"),
                    request.replace("\"stream\":true", "\"stream\":false"), key));
        }
    }

    private static String echo(Call call) {
        assertEquals("hidden value", call.headers().get("x-extra"));
        return Stream.of("authorization", "x-api-key", "x-goog-api-key", "x-extra")
                .map(call.headers()::get).filter(value -> value != null)
                .collect(Collectors.joining(" and ", "I got ", " and " + UNRELATED));
    }

    private static String error(Call call) {
        return Chats.error("authentication_error", "null", echo(call))
                .replace("\"param\"", Json.quote(UNRELATED));
    }

    /// Checks that the client got the error, and that it holds no secret.
    private static void hides(SseClient client, TestProxy proxy, int status) {
        assertEquals(status, client.status());
        var headers = client.headers();
        assertTrue(client.body().contains("I got "), client::body);
        assertTrue(client.body().contains("***"), client::body);
        assertFalse((headers + client.body()).matches(SECRETS), () -> headers + client.body());
        var line = proxy.accessLine();
        assertFalse((line + proxy.diagnostics()).matches(SECRETS), line + proxy.diagnostics());
    }

    private static TestProxy proxy(ScriptedUpstream upstream, String... settings) {
        var all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = EXTRA;
        return TestProxy.before(upstream, all);
    }

    @ParameterizedTest
    @EnumSource
    void showsNoneInAnErrorBeforeTheCommit(Asked asked) {
        Script script = call -> call.json(401, error(call), "X-Request-Id: " + UNRELATED);
        try (var upstream = ScriptedUpstream.start(script);
                var proxy = proxy(upstream, "COMMIT_AFTER_MS=60000")) {
            hides(asked.stream(proxy), proxy, 401);
            hides(asked.whole(proxy), proxy, 401);
        }
    }

    @ParameterizedTest
    @EnumSource
    void showsNoneInAnErrorAfterTheCommit(Asked asked) {
        var seen = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(seen);
                    call.json(401, error(call));
                });
                var proxy = proxy(upstream, "COMMIT_AFTER_MS=0");
                var client = asked.stream(proxy)) {
            client.next();
            seen.countDown();
            hides(client, proxy, 200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void showsNoneInAnErrorWithAGoodStatus(Asked asked) {
        try (var upstream = ScriptedUpstream.start(call -> call.json(200, error(call)));
                var proxy = proxy(upstream, "COMMIT_AFTER_MS=60000")) {
            hides(asked.stream(proxy), proxy, 401);
            if (!asked.target.contains("v1beta")) {
                hides(asked.whole(proxy), proxy, 401);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void showsNoneInAnErrorOfTheUpstreamsOwnStream(Asked asked) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("text/event-stream");
                    call.chunk("event: error\ndata: " + error(call) + "\n\n");
                    call.end();
                });
                var proxy = proxy(upstream, "COMMIT_AFTER_MS=60000", "STREAM_MODE=real")) {
            hides(asked.stream(proxy), proxy, 401);
        }
    }

    /// The Responses API reports a failure as a well-formed response.
    @Test
    void showsNoneInAResponseThatFailed() {
        Script script = call -> call.json(200, "{\"id\":\"resp_1\",\"object\":\"response\","
                + "\"created_at\":7,\"status\":\"failed\",\"model\":\"m\",\"output\":[],"
                + "\"error\":{\"code\":\"server_error\",\"message\":" + Json.quote(echo(call))
                + "}}");
        try (var upstream = ScriptedUpstream.start(script); var proxy = proxy(upstream)) {
            hides(Asked.RESPONSES.stream(proxy), proxy, 200);
            hides(Asked.RESPONSES.whole(proxy), proxy, 200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void showsNoneInAnAnswerThatIsNotJson(Asked asked) {
        Script script = call -> call.answer(200, "text/html",
                "<html><p>" + echo(call) + " and " + "x ".repeat(170 / 2) + UNRELATED + "</html>");
        try (var upstream = ScriptedUpstream.start(script);
                var proxy = proxy(upstream, "COMMIT_AFTER_MS=60000")) {
            hides(asked.stream(proxy), proxy, 502);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/v1/models/m", "/v1beta/models", "/v1/files",
        "/v1/files/" + UNRELATED, "/v1beta/files"})
    void showsNoneInErrorsOfOtherEndpoints(String target) {
        try (var upstream = ScriptedUpstream.start(call -> call.json(403, error(call),
                        "ETag: " + UNRELATED, "X-RateLimit-Key: " + UNRELATED));
                var proxy = proxy(upstream)) {
            hides(SseClient.reading(proxy.connect().request("GET", target, "",
                    target.contains("beta") ? "x-goog-api-key: g-secret" : TestProxy.KEY)),
                    proxy, 403);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "text/html; charset=latin1", "application/problem+json",
        "application/json"})
    void showsNoneInAnyPassedThroughError(String type) {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(500, type, echo(call)));
                var proxy = proxy(upstream)) {
            hides(SseClient.reading(proxy.connect().request("GET", "/v1/files", "",
                    TestProxy.KEY)), proxy, 500);
        }
    }

    @Test
    void leavesAnErrorWithoutSecretsUnchanged() {
        var error = "{ \"error\" : {\"message\":\"no \\u006bey\", \"a\": 1.0 , \"a\": 1.00} }\n";
        try (var upstream = ScriptedUpstream.answering(400, error); var proxy = proxy(upstream)) {
            assertEquals(error, proxy.chat(Chats.WHOLE).text());
            assertEquals(error, proxy.chat(Chats.STREAM).text());
            assertEquals(error, proxy.get("/v1/models").text());
            assertEquals(error, proxy.get("/v1/files").text());
        }
    }

    /// A model may write anything.
    @Test
    void leavesAnswersUnchanged() {
        var answer = Chats.completion(UNRELATED + " Bearer sk-of-the-client")
                .replace("\"object\"", "\"error\":null,\"object\"");
        try (var upstream = ScriptedUpstream.answering(200, answer); var proxy = proxy(upstream)) {
            assertEquals(answer, proxy.chat(Chats.WHOLE).text());
            assertEquals(answer, proxy.get("/v1/files").text());
            assertEquals(answer, proxy.get("/v1/models").text());
            try (var client = proxy.stream(Chats.STREAM)) {
                assertEquals(UNRELATED + " Bearer sk-of-the-client", client.content());
            }
        }
    }

    @Test
    void logsNoSecretInAPath() {
        try (var upstream = ScriptedUpstream.answering(404, "{}"); var proxy = proxy(upstream)) {
            proxy.get("/v1/models/" + UNRELATED);
            assertTrue(proxy.accessLine().startsWith("GET /v1/models/sk-*** 404 "));
            proxy.get("/" + UNRELATED);
            assertTrue(proxy.accessLine().startsWith("GET /sk-*** 404 "));
            assertFalse(proxy.diagnostics().matches(SECRETS), proxy::diagnostics);
        }
    }
}
