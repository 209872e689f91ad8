package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonBoolean;
import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Upstreams that only stream a model: whole answers are folded from their streams.
final class StreamOnlyTest {
    private static final String DEMAND = Chats.error("invalid_request_error",
            "\"invalid_parameter_error\"", "This model only support stream mode, please enable the "
            + "stream parameter to access the model. ");
    private static final String USAGE = "data: {\"id\":\"" + Chats.ID + "\",\"object\":"
            + "\"chat.completion.chunk\",\"created\":7,\"model\":\"m\",\"choices\":[],\"usage\":"
            + "{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}\n\n";
    private static final String STREAM = Chats.event("{\"role\":\"assistant\",\"content\":\"\"}")
            + Chats.event("{\"content\":\"Hel\"}") + Chats.event("{\"content\":\"lo.\"}")
            + Chats.finish() + USAGE + "data: [DONE]\n\n";
    private static final String FORM = "Content-Type: multipart/form-data; boundary=b";

    private static boolean asksForStream(Call call) {
        return call.requestLine().contains(":streamGenerateContent?")
                || call.body().contains("name=\"stream\"\r\n\r\ntrue")
                || call.body().startsWith("{") && JsonBoolean.TRUE.equals(
                        ClientResponse.object(call.body()).get("stream"));
    }

    /// Sends this stream, and answers a request for a whole answer with this error.
    private static Script streaming(String text, int status, String error) {
        return call -> {
            if (asksForStream(call)) {
                call.answer(200, "text/event-stream", text, "x-request-id: req_1");
            } else {
                call.json(status, error);
            }
        };
    }

    private static ScriptedUpstream upstream() {
        return ScriptedUpstream.start(streaming(STREAM, 400, DEMAND));
    }

    private static void isFolded(ClientResponse response) {
        assertEquals(200, response.status(), response::text);
        assertEquals("application/json", response.header("content-type"));
        assertEquals("req_1", response.header("x-upstream-request-id"));
        var whole = ClientResponse.object(Chats.completion("Hello."));
        assertEquals(whole, response.json().without("usage"));
        assertTrue(response.text().contains("\"total_tokens\":3"), response::text);
    }

    private static void streamsWell(TestProxy proxy, String... fields) {
        try (var client = proxy.stream(Chats.STREAM, fields)) {
            assertEquals(200, client.status());
            assertEquals("Hello.", client.content());
            assertEquals("[DONE]", client.data().getLast());
        }
    }

    @Test
    void answersAHundredWholeRequestsWithOneRefusal() {
        try (var upstream = upstream(); var proxy = TestProxy.before(upstream)) {
            for (int i = 0; i < 100; i++) {
                isFolded(proxy.chat(Chats.WHOLE));
            }
            assertEquals(101, upstream.count());
            assertFalse(asksForStream(upstream.call()));
            assertEquals("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                    + "\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
                    upstream.call().body());
            assertTrue(proxy.accessLine().contains("mode=whole"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fake", "tools", "auto"})
    void tellsAStreamOfTheFoldedAnswer(String mode) {
        try (var upstream = upstream();
                var proxy = TestProxy.before(upstream, "STREAM_MODE=" + mode)) {
            for (int i = 0; i < 3; i++) {
                streamsWell(proxy, "X-Stream-Mode: fake");
                assertTrue(proxy.accessLine().contains("mode=fake"));
            }
            assertEquals(4, upstream.count());
        }
    }

    @Test
    void beatsWhileTheUpstreamStreams() {
        var refused = new CountDownLatch(1);
        var told = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    if (asksForStream(call)) {
                        call.begin("text/event-stream");
                        call.chunk(Chats.event("{\"role\":\"assistant\",\"content\":\"Hello.\"}"));
                        Waiting.open(told);
                        call.chunk(Chats.finish() + "data: [DONE]\n\n");
                        call.end();
                    } else {
                        Waiting.open(refused);
                        call.json(400, DEMAND);
                    }
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=0",
                        "HEARTBEAT_INTERVAL_MS=500");
                var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.next().isHeartbeat());
            refused.countDown();
            upstream.call();
            upstream.call();
            assertTrue(client.next().isHeartbeat());
            told.countDown();
            assertEquals("Hello.", client.content());
            assertTrue(client.ending().whole());
        }
    }

    /// The stream of each API as the proxy makes it serves as the upstream's.
    @ParameterizedTest
    @EnumSource(names = {"COMPLETIONS", "RESPONSES", "MESSAGES", "GEMINI_EVENTS"})
    void foldsTheStreamOfEachApi(Api api) {
        String stream;
        try (var whole = ScriptedUpstream.answering(200, api.answer());
                var proxy = TestProxy.before(whole, "CHUNK_DELAY_MS=0");
                var client = api.stream(proxy)) {
            stream = client.body();
        }
        try (var upstream = ScriptedUpstream.start(streaming(stream, 400, DEMAND));
                var proxy = TestProxy.before(upstream)) {
            var target = api.target().replace(":streamGenerateContent?alt=sse", ":generateContent");
            var request = api.request().replace(",\"stream\":true", "");
            for (int i = 0; i < 2; i++) {
                assertEquals(ClientResponse.object(api.answer()),
                        proxy.request("POST", target, request, api.key()).json());
            }
            assertEquals(3, upstream.count());
            try (var client = api.stream(proxy)) {
                assertEquals(stream, client.body());
            }
            assertEquals(4, upstream.count());
        }
    }

    @Test
    void foldsTheStreamOfAForm() {
        var form = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\n"
                + "\u00ff\r\n--b--\r\n";
        var event = "data: {\"type\":\"image_edit.completed\",\"b64_json\":\"aGk=\"}\n\n";
        try (var upstream = ScriptedUpstream.start(streaming(event, 400, DEMAND));
                var proxy = TestProxy.before(upstream)) {
            var response = proxy.request("POST", "/v1/images/edits", form, TestProxy.KEY, FORM);
            assertTrue(response.text().contains("\"b64_json\":\"aGk=\""), response::text);
            assertEquals(form, upstream.call().body());
            assertEquals(form.replace("--b--", "--b\r\nContent-Disposition: form-data; name="
                    + "\"stream\"\r\n\r\ntrue\r\n--b--"), upstream.call().body());
        }
    }

    @ParameterizedTest
    @CsvSource({"m, true", "n, false", "qwq-?*, true", "'a*,q?q-*', true", "qwq-, false"})
    void asksForAStreamAtOnceOfAModelThatASettingNames(String patterns, boolean streams) {
        try (var upstream = ScriptedUpstream.start(streaming(STREAM, 400, DEMAND));
                var proxy = TestProxy.before(upstream, "STREAM_ONLY_MODELS=" + patterns)) {
            var model = patterns.length() > 1 ? "qwq-32b" : "m";
            isFolded(proxy.chat(Chats.WHOLE.replace("\"m\"", "\"" + model + "\"")));
            assertEquals(streams ? 1 : 2, upstream.count());
        }
    }

    @Test
    void remembersOnlyTheModelThatOnlyStreams() {
        try (var upstream = upstream(); var proxy = TestProxy.before(upstream)) {
            isFolded(proxy.chat(Chats.WHOLE));
            isFolded(proxy.chat(Chats.WHOLE.replace("\"m\"", "\"n\"")));
            isFolded(proxy.chat(Chats.WHOLE.replace("\"m\"", "\"fake/n\"")));
            assertEquals(5, upstream.count());
        }
    }

    @ParameterizedTest
    @CsvSource({"400, No temperature.", "400, stream must be true or false",
        "404, No model m that streams.", "429, Too many streams.", "500, The stream failed."})
    void passesOtherErrorsAndRemembersNothing(int status, String message) {
        var error = Chats.error("t", "null", message);
        try (var upstream = ScriptedUpstream.start(streaming(STREAM, status, error));
                var proxy = TestProxy.before(upstream)) {
            assertEquals(error, proxy.chat(Chats.WHOLE).text());
            proxy.chat(Chats.WHOLE).error(status);
            assertEquals(2, upstream.count());
        }
    }

    /// The last word of an upstream that refuses both counts.
    @ParameterizedTest
    @CsvSource({"fake, 2", "auto, 3"})
    void neverGoesInACircle(String mode, int calls) {
        var denial = Chats.error("t", "null", "Streaming is not supported");
        try (var upstream = ScriptedUpstream.start(call ->
                        call.json(400, asksForStream(call) ? denial : DEMAND));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=" + mode)) {
            try (var client = proxy.stream(Chats.STREAM)) {
                assertEquals(denial, client.body());
            }
            assertEquals(calls, upstream.count());
        }
    }

    /// The upstream insists on the parameter, and answers whole all the same.
    @Test
    void believesWhatItLearnedLast() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    if (asksForStream(call)) {
                        call.json(200, Chats.completion("Hello."));
                    } else {
                        call.json(400, DEMAND);
                    }
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto")) {
            assertEquals(Chats.completion("Hello."), proxy.chat(Chats.WHOLE).text());
            assertEquals(2, upstream.count());
            streamsWell(proxy);
            assertEquals(3, upstream.count());
            assertEquals(Chats.completion("Hello."), proxy.chat(Chats.WHOLE).text());
            assertEquals(5, upstream.count());
        }
    }

    @Test
    void sharesTheFoldedAnswerOfARepeatedRequest() {
        try (var upstream = upstream();
                var proxy = TestProxy.before(upstream, "IDEMPOTENCY_WINDOW_MS=60000")) {
            for (int i = 0; i < 2; i++) {
                isFolded(proxy.chat(Chats.WHOLE, "Idempotency-Key: k"));
                streamsWell(proxy, "Idempotency-Key: k");
            }
            assertEquals(2, upstream.count());
        }
    }

    @Test
    void failsIfTheStreamBreaksOff() {
        try (var upstream = ScriptedUpstream.start(streaming(
                        STREAM.substring(0, STREAM.indexOf("lo.")), 400, DEMAND));
                var proxy = TestProxy.before(upstream)) {
            assertEquals("upstream_truncated",
                    proxy.chat(Chats.WHOLE).error(502).string("code"));
            try (var client = proxy.stream(Chats.STREAM)) {
                assertEquals(502, client.status());
            }
        }
    }
}
