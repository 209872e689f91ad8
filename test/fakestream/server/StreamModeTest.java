package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonBoolean;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The source of a stream: the upstream's own stream, a whole answer, or the one that works.
final class StreamModeTest {
    private static final String ROLE = Chats.event("{\"role\":\"assistant\",\"content\":\"\"}");
    private static final String HELLO = Chats.event("{\"content\":\"Hello.\"}");
    private static final String DONE = "data: [DONE]\n\n";
    private static final String ALL = ROLE + HELLO + Chats.finish() + DONE;
    private static final String REFUSAL = "{\"error\":{\"message\":\"Unsupported value: 'stream' "
            + "does not support true with this model.\",\"type\":\"invalid_request_error\","
            + "\"param\":\"stream\",\"code\":\"unsupported_value\"}}";

    private final CountDownLatch gate = new CountDownLatch(1);

    private static boolean isStreamed(String body) {
        return JsonBoolean.TRUE.equals(ClientResponse.object(body).get("stream"));
    }

    /// Whether the next request upstream asks for a stream.
    private static boolean asksToStream(ScriptedUpstream upstream) {
        return isStreamed(upstream.call().body());
    }

    private static Script streaming(String text) {
        return call -> call.answer(200, "text/event-stream", text);
    }

    /// Answers a request for a stream with this status, and one for a whole answer with 200.
    private static Script toStreams(int status, String json) {
        return call -> {
            if (isStreamed(call.body())) {
                call.json(status, json, "Retry-After: 7");
            } else {
                call.json(200, Chats.completion("Hello."));
            }
        };
    }

    private static String streamOf(String model) {
        return Chats.STREAM.replace("\"m\"", "\"" + model + "\"");
    }

    private static void isOneGoodStream(SseClient client) {
        assertEquals(200, client.status());
        assertEquals("Hello.", client.content());
        assertEquals("[DONE]", client.data().getLast());
        assertEquals(1, client.body().split("\"role\"", -1).length - 1, client::body);
        assertFalse(client.body().contains("error"), client::body);
        assertTrue(client.ending().whole());
    }

    private static void failsWith(int status, TestProxy proxy) {
        try (var client = proxy.stream(Chats.STREAM)) {
            assertEquals(status, client.status());
            client.response();
        }
    }

    private static void streamsWell(TestProxy proxy, String request) {
        try (var client = proxy.stream(request)) {
            isOneGoodStream(client);
        }
    }

    @Test
    void sendsTheRequestUnchangedInModeReal() {
        var request = "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true,"
                + "\"include_obfuscation\":false},\"temperature\":1.0e0,\"x\":null,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"日\"}]}";
        try (var upstream = ScriptedUpstream.start(streaming(ALL));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real")) {
            streamsWell(proxy, request);
            var call = upstream.call();
            assertEquals(request, call.body());
            assertEquals("POST /v1/chat/completions HTTP/1.1", call.requestLine());
        }
    }

    @Test
    void passesAStreamByteForByteInModeReal() {
        var odd = ": OPENROUTER PROCESSING\n\n" + ROLE.replace("\n", "\r\n") + "id: 7\n" + HELLO
                + "data:{\"choices\":[],\"usage\":{\"total_tokens\":1.0e1},\"x\": 2}\n\n"
                + Chats.finish() + DONE;
        try (var upstream = ScriptedUpstream.start(streaming(odd));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals(odd, client.body());
            assertTrue(client.ending().whole());
        }
    }

    @Test
    void beatsBeforeTheFirstByteOfARealStream() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    streaming(ALL).play(call);
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real", "COMMIT_AFTER_MS=20",
                        "HEARTBEAT_INTERVAL_MS=500");
                var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.next().isHeartbeat());
            assertTrue(client.next().isHeartbeat());
            gate.countDown();
            assertTrue(client.body().endsWith(SseClient.HEARTBEAT + ALL), client::body);
            assertTrue(client.ending().whole());
        }
    }

    @Test
    void beatsInAPauseAndNeverInsideAnEvent() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("text/event-stream");
                    call.chunk(ROLE + HELLO.substring(0, 60));
                    Waiting.open(gate);
                    call.chunk(HELLO.substring(60) + Chats.finish() + DONE);
                    call.end();
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real",
                        "HEARTBEAT_INTERVAL_MS=500");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals(ROLE, client.next().text());
            assertEquals(Chats.event("{}"), client.next().text());
            gate.countDown();
            isOneGoodStream(client);
            assertEquals(ALL, client.body().replace(Chats.event("{}"), ""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"real", "auto"})
    void sendsAJsonAnswerWithoutASecondCall(String mode) {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=" + mode)) {
            streamsWell(proxy, Chats.STREAM);
            assertTrue(asksToStream(upstream));
            assertEquals(1, upstream.count());
        }
    }

    @Test
    void neverFallsBackInModeReal() {
        try (var upstream = ScriptedUpstream.start(toStreams(400, REFUSAL));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals(REFUSAL, client.body());
            assertEquals(400, client.status());
            assertEquals(1, upstream.count());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"real", "auto", "tools", "fake"})
    void asksForAWholeAnswerIfTheClientDoesNotStream(String mode) {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=" + mode)) {
            assertEquals(Chats.completion("Hello."), proxy.chat(Chats.WHOLE).text());
            assertFalse(asksToStream(upstream));
        }
    }

    @Test
    void fallsBackUnseenIfTheUpstreamRefusesToStream() {
        try (var upstream = ScriptedUpstream.start(toStreams(400, REFUSAL));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto");
                var client = proxy.stream(Chats.STREAM.replace("\"stream\":true",
                        "\"stream\":true,\"stream_options\":{\"include_usage\":true}"))) {
            isOneGoodStream(client);
            assertEquals(null, client.headers().get("retry-after"));
            assertTrue(asksToStream(upstream));
            var whole = ClientResponse.object(upstream.call().body());
            assertEquals(JsonBoolean.FALSE, whole.get("stream"));
            assertFalse(whole.has("stream_options"));
            assertEquals(2, upstream.count());
        }
    }

    @Test
    void fallsBackUnseenAfterAHeartbeat() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    toStreams(400, REFUSAL).play(call);
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto", "COMMIT_AFTER_MS=0");
                var client = proxy.stream(Chats.STREAM)) {
            assertTrue(client.next().isHeartbeat());
            gate.countDown();
            isOneGoodStream(client);
            assertEquals(2, upstream.count());
        }
    }

    @Test
    void remembersOnlyTheModelThatDoesNotStream() {
        try (var upstream = ScriptedUpstream.start(toStreams(400, REFUSAL));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto")) {
            streamsWell(proxy, Chats.STREAM);
            assertTrue(asksToStream(upstream));
            assertFalse(asksToStream(upstream));
            streamsWell(proxy, Chats.STREAM);
            assertFalse(asksToStream(upstream), "the second request must not try again");
            streamsWell(proxy, streamOf("m2"));
            assertTrue(asksToStream(upstream), "another model must be tried");
        }
    }

    @Test
    void remembersAModelThatAnswersInJson() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto")) {
            streamsWell(proxy, Chats.STREAM);
            streamsWell(proxy, Chats.STREAM);
            assertTrue(asksToStream(upstream));
            assertFalse(asksToStream(upstream));
            assertEquals(2, upstream.count());
        }
    }

    @Test
    void keepsStreamingAModelThatStreams() {
        try (var upstream = ScriptedUpstream.start(streaming(ALL));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto")) {
            streamsWell(proxy, Chats.STREAM);
            streamsWell(proxy, Chats.STREAM);
            assertTrue(asksToStream(upstream));
            assertTrue(asksToStream(upstream));
        }
    }

    /// A gateway calls its own errors `upstream_error`, which does not refer to streams.
    @ParameterizedTest
    @CsvSource({"400,invalid_request_error,No temperature.", "404,upstream_error,No model.",
        "400,bad,The Upstream is gone.", "429,rate_limit_error,Too many streams.",
        "500,server_error,The stream failed."})
    void passesOtherFailuresAndRemembersNothing(int status, String type, String message) {
        var error = Chats.error(type, "null", message);
        try (var upstream = ScriptedUpstream.start(toStreams(status, error));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto")) {
            try (var client = proxy.stream(Chats.STREAM)) {
                assertEquals(error, client.body());
                assertEquals(status, client.status());
                assertEquals("7", client.headers().get("retry-after"));
            }
            failsWith(status, proxy);
            assertTrue(asksToStream(upstream) && asksToStream(upstream));
            assertEquals(2, upstream.count());
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "`\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]`,false",
        "`\"functions\":[{\"name\":\"f\"}]`,false", "`\"tools\":[]`,true", "`\"tools\":null`,true",
        "`\"n\":1`,true"})
    void asksForAWholeAnswerOnlyWithToolsInModeTools(String member, boolean streams) {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=tools")) {
            streamsWell(proxy, Chats.STREAM.replaceFirst("\\{", "{" + member + ","));
            assertEquals(streams, asksToStream(upstream));
        }
    }

    @ParameterizedTest
    @CsvSource({"gpt-5-mini,false", "gpt-5,false", "gpt-4o,true", "o1,false", "o1-mini,true",
        "a.b,false", "aXb,true"})
    void takesTheModeOfTheFirstPatternThatFits(String model, boolean streams) {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=fake",
                        "STREAM_MODE_MODELS=gpt-5*=fake, gpt-*=real,a.b=fake,o?-*=real,"
                        + "gpt-4o=fake,a?b=real")) {
            streamsWell(proxy, streamOf(model));
            assertEquals(streams, asksToStream(upstream));
        }
    }
}
