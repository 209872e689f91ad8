package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonNumber;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Heartbeats that carry data, in the pauses of a stream that has begun.
final class PausesTest {
    private static final String CHUNK = "HEARTBEAT_STYLE=chunk";
    private static final String OFTEN = "HEARTBEAT_INTERVAL_MS=500";
    private static final String ROLE = Chats.event("{\"role\":\"assistant\",\"content\":\"\"}");
    private static final String HELLO = Chats.event("{\"content\":\"Hello.\"}");
    private static final String DONE = "data: [DONE]\n\n";

    private final CountDownLatch gate = new CountDownLatch(1);

    /// An upstream that streams two parts; the second waits until the client has seen a pause.
    private void pausing(Api api, String first, String second, Consumer<SseClient> check) {
        try (var upstream = ScriptedUpstream.start(call -> {
                    call.begin("text/event-stream");
                    call.chunk(first);
                    Waiting.open(gate);
                    call.chunk(second);
                    call.end();
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real", CHUNK, OFTEN);
                var client = api == null ? proxy.stream(Chats.STREAM) : api.stream(proxy)) {
            check.accept(client);
            assertTrue(client.ending().whole());
        }
    }

    private static String event(String type, int number) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":" + number
                + "}\n\n";
    }

    private static void isNumberedThroughout(SseClient client) {
        var number = 0;
        for (var data : client.data()) {
            assertEquals(JsonNumber.of(number++), ClientResponse.object(data).get(
                    "sequence_number"),
                    client::body);
        }
    }

    /// Azure opens a stream with the results of its filters for the prompt.
    @Test
    void haveNoChoicesAfterAnOpeningWithoutChoices() {
        var opening = "data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\","
                + "\"object\":\"\",\"prompt_filter_results\":[]}\n\n";
        var rest = ROLE + HELLO + Chats.finish() + DONE;
        pausing(null, opening, rest, client -> {
            assertEquals(opening, client.next().text());
            for (int i = 0; i < 2; i++) {
                assertEquals("data: {\"id\":\"\",\"object\":\"\",\"created\":0,\"model\":\"\","
                        + "\"choices\":[]}\n\n", client.next().text());
            }
            gate.countDown();
            assertTrue(client.body().endsWith(rest), client::body);
        });
    }

    @Test
    void openTheStreamAfterAForeignEvent() {
        var ping = "data: {\"type\":\"ping\"}\n\n";
        pausing(null, ping, ROLE + HELLO + Chats.finish() + DONE, client -> {
            assertEquals(ping, client.next().text());
            client.next("\"delta\":{\"role\":\"assistant\"}");
            client.next("\"delta\":{}");
            gate.countDown();
            var chunks = client.chunks().stream().filter(chunk -> chunk.has("choices")).toList();
            assertEquals(1, chunks.stream().map(chunk -> chunk.string("id")).distinct().count());
            assertEquals(1, chunks.stream().filter(chunk -> SseClient.delta(chunk).has("role"))
                    .count());
        });
    }

    @Test
    void areCommentsAfterTheFinish() {
        pausing(null, ROLE + HELLO + Chats.finish(), DONE, client -> {
            client.next(SseClient.HEARTBEAT);
            gate.countDown();
            assertEquals(ROLE + HELLO + Chats.finish() + DONE,
                    client.body().replace(SseClient.HEARTBEAT, ""));
        });
    }

    @Test
    void takeTheNextSequenceNumbersOfAStreamedResponse() {
        pausing(Api.RESPONSES, event("response.created", 0), event("response.in_progress", 1)
                + event("response.x", 2) + event("response.completed", 3), client -> {
            assertEquals(event("response.created", 0), client.next().text());
            assertEquals(event("keepalive", 1), client.next().text());
            assertEquals(event("keepalive", 2), client.next().text());
            gate.countDown();
            isNumberedThroughout(client);
            assertTrue(client.body().contains(event("response.x",
                    client.data().size() - 2)), client::body);
        });
    }

    @Test
    void takeTheNextSequenceNumbersOfAReplayedResponse() {
        try (var upstream = ScriptedUpstream.answering(200, Api.RESPONSES.answer());
                var proxy = TestProxy.before(upstream, CHUNK, OFTEN, "CHUNK_DELAY_MS=1200",
                        "CHUNK_TARGET_LENGTH=8");
                var client = Api.RESPONSES.stream(proxy)) {
            client.next("keepalive");
            isNumberedThroughout(client);
            assertTrue(client.data().getLast().contains("response.completed"));
        }
    }
}
