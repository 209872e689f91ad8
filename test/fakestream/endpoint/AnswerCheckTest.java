package fakestream.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import fakestream.concurrent.ComputeSlots;
import fakestream.protocol.chat.ChatCompletions;
import fakestream.telemetry.Redactor;
import fakestream.testing.Chats;
import fakestream.testing.Waiting;
import fakestream.upstream.StoredAnswer;
import fakestream.upstream.UpstreamAnswer;
import fakestream.upstream.UpstreamHead;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class AnswerCheckTest {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final ComputeSlots slots = new ComputeSlots();

    @Test
    void waitsForASlotToParse() {
        var taken = new CountDownLatch(PROCESSORS);
        var gate = new CountDownLatch(1);
        for (int i = 0; i < PROCESSORS; i++) {
            Thread.ofPlatform().start(() -> slots.take(() -> {
                taken.countDown();
                Waiting.open(gate);
                return null;
            }));
        }
        Waiting.open(taken);
        var status = new CompletableFuture<Integer>();
        var check = Thread.ofPlatform().start(() -> status.completeAsync(this::status,
                Runnable::run));
        while (check.getState() != Thread.State.WAITING) {
            assertFalse(status.isDone(), "it parsed without a slot");
            Thread.onSpinWait();
        }
        gate.countDown();
        assertEquals(200, Waiting.done(status, "the status"));
    }

    private int status() {
        var body = Chats.completion("Hello.").getBytes(StandardCharsets.UTF_8);
        try {
            return new AnswerCheck(new ChatCompletions(), true, slots).read(UpstreamAnswer.of(
                    new StoredAnswer(new UpstreamHead(200, HttpHeaders.of(Map.of(),
                            (_, _) -> true), Redactor.ofKeys()), body))).status();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
