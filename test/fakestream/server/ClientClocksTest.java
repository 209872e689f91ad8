package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The heartbeats of each API in the style `auto`, timed for the client that sends the request.
final class ClientClocksTest {
    private static final String OFTEN = "HEARTBEAT_INTERVAL_MS=500";
    private static final String SOON = "HEARTBEAT_DATA_AFTER_MS=1800";
    private static final String REAL = "STREAM_MODE=real";
    private static final String START = "event: message_start\ndata: {\"type\":\"message_start\","
            + "\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\","
            + "\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
            + "\"usage\":{\"input_tokens\":11,\"output_tokens\":1}}}\n\n";
    private static final String END = "event: message_delta\ndata: {\"type\":\"message_delta\","
            + "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}}\n\n"
            + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    private final CountDownLatch thought = new CountDownLatch(1);

    private static SseClient post(TestProxy proxy, Api api, String... fields) {
        var all = List.of(String.join("\r\n", fields), api.key()).stream()
                .filter(field -> !field.isEmpty()).toArray(String[]::new);
        return SseClient.reading(proxy.connect().request("POST", api.target(), api.request(), all));
    }

    /// An upstream that sends a whole answer when the test opens the latch.
    private ScriptedUpstream thinking(String answer) {
        return ScriptedUpstream.start(call -> {
            Waiting.open(thought);
            call.json(200, answer);
        });
    }

    /// Checks the heartbeats that come before the answer in the upstream's own stream.
    private void streaming(Api api, String before, String after, Consumer<SseClient> test) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("text/event-stream");
                    call.chunk(before);
                    Waiting.open(thought);
                    call.chunk(after);
                    call.end();
                });
                var proxy = TestProxy.before(upstream, OFTEN, SOON, REAL);
                var client = post(proxy, api)) {
            test.accept(client);
        }
    }

    private static String types(SseClient client) {
        return String.join(" ", client.data().stream()
                .map(data -> ClientResponse.object(data).string("type")).distinct().toList());
    }

    @Test
    void carryDataInAChatBeforeTheClientsTimeout() {
        try (var upstream = thinking(Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, OFTEN, SOON);
                var client = proxy.stream(Chats.STREAM)) {
            assertEquals(SseClient.HEARTBEAT, client.next().text());
            client.next("\"delta\":{\"role\":\"assistant\"}");
            client.next("\"delta\":{}");
            thought.countDown();
            assertEquals("Hello.", client.content());
            assertEquals(1, client.chunks().stream().map(chunk -> chunk.string("id")).distinct()
                    .count());
            assertTrue(client.ending().whole());
            assertTrue(proxy.accessLine().contains(" kind=unknown "));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fake", "real"})
    void areBlankLinesForABrowser(String mode) {
        try (var upstream = thinking(Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, OFTEN, "STREAM_MODE=" + mode);
                var client = SseClient.reading(proxy.connect().request("POST",
                        "/v1/chat/completions", Chats.STREAM, TestProxy.KEY,
                        "User-Agent: Mozilla/5.0 (X11; Linux x86_64)"))) {
            assertEquals("\n\n", client.next().text());
            thought.countDown();
            assertEquals("Hello.", client.content());
            assertFalse(client.body().contains(": heartbeat"), client::body);
        }
    }

    @Test
    void openAMessageThatTheAnswerContinues() {
        try (var upstream = thinking(Api.MESSAGES.answer());
                var proxy = TestProxy.before(upstream, OFTEN, SOON);
                var client = post(proxy, Api.MESSAGES, "User-Agent: claude-cli/2.1.197")) {
            assertTrue(client.next().text().startsWith("event: ping"));
            client.next("message_start");
            client.next("message_delta");
            thought.countDown();
            var body = client.body();
            assertEquals(1, client.data().stream().filter(data -> data.contains("message_start"))
                    .count());
            assertTrue(body.contains("\"stop_reason\":\"end_turn\",\"stop_sequence\":null},"
                    + "\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}"), body);
            assertEquals("ping message_start message_delta content_block_start content_block_delta "
                    + "content_block_stop message_stop", types(client));
            assertTrue(proxy.accessLine().contains(" kind=claude-code "));
        }
    }

    /// Of the upstream's own opening event, the proxy passes on only the usage.
    @Test
    void openAMessageThatTheUpstreamsStreamContinues() {
        streaming(Api.MESSAGES, ": thinking\n\n", START + END, client -> {
            client.next("message_start");
            client.next("message_delta");
            thought.countDown();
            assertTrue(client.body().endsWith("data: {\"type\":\"message_delta\",\"delta\":{"
                    + "\"stop_reason\":null,\"stop_sequence\":null},\"usage\":{"
                    + "\"input_tokens\":11,\"output_tokens\":1}}\n\n" + END), client::body);
            assertEquals(1, client.data().stream().filter(data -> data.contains("message_start"))
                    .count());
        });
    }

    @Test
    void carryDataInThePausesOfAMessage() {
        streaming(Api.MESSAGES, START, END, client -> {
            client.next("\"message_delta\"");
            client.next("\"ping\"");
            thought.countDown();
            assertTrue(client.body().startsWith(START), client::body);
            assertTrue(client.body().endsWith(END), client::body);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"originator: codex_exec", "User-Agent: curl/8"})
    void continueTheSequenceNumbersOfResponses(String field) {
        try (var upstream = thinking(Api.RESPONSES.answer());
                var proxy = TestProxy.before(upstream, OFTEN, SOON);
                var client = post(proxy, Api.RESPONSES, field)) {
            client.next("keepalive");
            client.next("keepalive");
            thought.countDown();
            var number = 0L;
            for (var data : client.data()) {
                assertEquals(number++, Long.parseLong(ClientResponse.object(data)
                        .get("sequence_number").toString()), client::body);
            }
            assertTrue(client.data().getLast().contains("response.completed"));
        }
    }

    @Test
    void areOnlyCommentsForAClientThatRejectsAllElse() {
        try (var upstream = thinking(Api.RESPONSES.answer());
                var proxy = TestProxy.before(upstream, OFTEN, "HEARTBEAT_DATA_AFTER_MS=0");
                var client = post(proxy, Api.RESPONSES, "X-Stainless-Helper-Method: stream")) {
            for (int i = 0; i < 4; i++) {
                assertEquals(SseClient.HEARTBEAT, client.next().text());
            }
            thought.countDown();
            assertTrue(client.data().getFirst().contains("response.created"));
        }
    }

    @Test
    void keepALineOpenForGemini() {
        try (var upstream = thinking(Api.GEMINI_EVENTS.answer());
                var proxy = TestProxy.before(upstream, OFTEN);
                var client = post(proxy, Api.GEMINI_EVENTS)) {
            assertEquals(List.of("data: ", " ", " "),
                    Stream.generate(() -> client.next().text()).limit(3).toList());
            thought.countDown();
            assertTrue(client.body().matches("data: {3,}\\{\"candidates\":.*}\n\n"), client::body);
            assertTrue(client.ending().whole());
        }
    }

    @Test
    void keepALineOpenInThePausesOfGemini() {
        var one = "data: " + Api.gemini("One, ", "null") + "\r\n\r\n";
        var two = "data: " + Api.gemini("two.", "\"STOP\"") + "\r\n\r\n";
        streaming(Api.GEMINI_EVENTS, one, ": hi\n\n" + two, client -> {
            assertEquals(one, client.next().text());
            assertEquals("data: ", client.next().text());
            assertEquals(" ", client.next().text());
            thought.countDown();
            assertTrue(client.body().replaceAll(" {2,}", " ").equals(one + two.replace("\r", "")),
                    client::body);
            assertTrue(client.ending().whole());
        });
    }

    /// SillyTavern's server ends the stream to its page only if our stream ends cleanly.
    @ParameterizedTest
    @ValueSource(strings = {"node-fetch", "node-fetch/1.0"})
    void endAFailedStreamCleanlyOnlyForSillyTavern(String agent) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(thought);
                    call.json(500, "{\"error\":{\"message\":\"Broken.\"}}");
                });
                var proxy = TestProxy.before(upstream, OFTEN, "COMMIT_AFTER_MS=0", "RETRY_MAX=0");
                var client = SseClient.reading(proxy.connect().request("POST",
                        "/v1/chat/completions", Chats.STREAM, TestProxy.KEY,
                        "User-Agent: " + agent))) {
            assertEquals(SseClient.HEARTBEAT, client.next().text());
            thought.countDown();
            assertEquals("Broken.", client.error().string("message"));
            assertEquals(agent.equals("node-fetch"), client.ending().whole());
            assertTrue(proxy.accessLine().endsWith(" error=500"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GEMINI_EVENTS", "GEMINI_ARRAY"})
    void sendAnErrorInTheOpenLine(Api api) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(thought);
                    call.json(400, "{\"error\":{\"code\":400,\"message\":\"No.\"}}");
                });
                var proxy = TestProxy.before(upstream, OFTEN, "COMMIT_AFTER_MS=0");
                var client = post(proxy, api)) {
            assertEquals(200, client.status());
            thought.countDown();
            assertTrue(client.body().strip().replaceAll("^data: +|^\\[", "")
                    .startsWith("{\"error\":{\"code\":400,\"message\":\"No.\""), client::body);
            assertFalse(client.ending().whole());
        }
    }
}
