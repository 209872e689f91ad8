package fakestream.protocol.messages;

import static fakestream.protocol.messages.MessagesWire.MESSAGES;
import static fakestream.protocol.messages.MessagesWire.received;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonObject;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A client accumulates the same message from its stream, whatever the message holds. Each seed
/// always makes the same messages.
final class MessagesPropertyTest {
    private static final int LONGEST_LINE = 96 * 1024;
    private static final int MESSAGES_A_SEED = 200;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void losesNothingInTheStream(long seed) throws InvalidAnswer {
        var random = new Random(seed);
        var messages = new MessagesRandom(random);
        for (int i = 0; i < MESSAGES_A_SEED; i++) {
            var answer = messages.message();
            var what = "seed " + seed + ", message " + i;
            assertEquals(answer, MESSAGES.answer(answer));
            var replay = MESSAGES.replay(JsonObject.EMPTY, answer, state(random.nextInt(200)));
            for (var event : replay.events()) {
                assertTrue(event.bytes().length < LONGEST_LINE || isWhole(event), what);
            }
            var events = received(replay);
            assertEquals(answer, MessagesAccumulator.of(events), what);
            assertEquals(answer, MESSAGES.fold(events), what);
        }
    }

    private static StreamState state(int pieceLength) {
        return new StreamState("msg_minted", 1, 0, pieceLength + 1);
    }

    /// A compaction's delta is final and cannot be split.
    private static boolean isWhole(SseEvent event) {
        return ((SseEvent.Message) event).data().contains("\"compaction_delta\"");
    }
}
