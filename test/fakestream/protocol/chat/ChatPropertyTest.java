package fakestream.protocol.chat;

import static org.junit.jupiter.api.Assertions.assertNull;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.protocol.Canonical;
import fakestream.protocol.Difference;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.Replay;
import fakestream.protocol.SseEvent;
import fakestream.protocol.SseParser;
import fakestream.protocol.StreamRules;
import fakestream.protocol.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingConsumer;

/// The properties of every chat completion, tested on random ones. A failure names its seed.
final class ChatPropertyTest {
    private static final int SEEDS = 300;

    /// One completion and everything that its stream depends on.
    private record Story(JsonObject request, JsonObject original, StreamState state) {
        static Story of(int seed) {
            var random = new Random(seed);
            var state = new StreamState("minted", 1700000000, random.nextInt(3) / 2,
                    1 + random.nextInt(200));
            var request = random.nextBoolean() ? Chunks.REQUEST : Chunks.WITH_USAGE;
            return new Story(request, new RandomAnswers(random).answer(), state);
        }

        Replay told() throws InvalidAnswer {
            var answer = Chunks.CHAT.answer(original);
            return Chunks.CHAT.replay(request, answer, state);
        }

        /// The usage that the stream must have.
        StreamRules.Usage usage() {
            if (!(original.get("usage") instanceof JsonObject)) {
                return StreamRules.Usage.NONE;
            }
            return request.has("stream_options") ? StreamRules.Usage.ASKED
                    : StreamRules.Usage.UNASKED;
        }

        JsonObject canonical() {
            return Canonical.of(request, original, state);
        }

        SseEvent.Message heartbeat() {
            return (SseEvent.Message) Chunks.CHAT.dataHeartbeat(request,
                    new StreamState(state.id(), state.created(), 0, state.pieceLength()));
        }
    }

    @Test
    void followsTheStreamRules() {
        forEachSeed(story -> StreamRules.hold(Chunks.data(story.told()), story.usage(),
                story.state.begun()));
    }

    @Test
    void foldsBackToTheOriginalByTheRulesOfTheSdks() {
        forEachSeed(story -> {
            var data = Chunks.data(story.told());
            var chunks = new ArrayList<>(data.subList(0, data.size() - 1).stream()
                    .map(text -> (JsonObject) Chunks.parse(text)).toList());
            if (story.state.begun()) {
                var heartbeat = (JsonObject) Chunks.parse(story.heartbeat().data());
                chunks.set(0, opened(chunks.getFirst(), heartbeat));
            }
            assertNull(Difference.between(story.canonical(), Accumulator.of(chunks)));
        });
    }

    @Test
    void foldsBackToTheOriginalByOurOwnFold() {
        forEachSeed(story -> {
            var events = new ArrayList<SseEvent>(story.told().events());
            if (story.state.begun()) {
                events.addFirst(story.heartbeat());
            }
            var folded = Chunks.CHAT.fold(parsed(events)).without("object");
            assertNull(Difference.between(story.canonical(), folded));
        });
    }

    /// The events as a parser reads their bytes, which come in two parts each.
    private static List<SseEvent.Received> parsed(List<SseEvent> events) {
        var parser = new SseParser();
        var parsed = new ArrayList<SseEvent.Received>();
        for (var event : events) {
            var bytes = event.bytes();
            var half = bytes.length / 2;
            parsed.addAll(parser.feed(bytes, 0, half));
            parsed.addAll(parser.feed(bytes, half, bytes.length - half));
        }
        return parsed;
    }

    private static void forEachSeed(ThrowingConsumer<Story> property) {
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                property.accept(Story.of(seed));
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /// The first chunk, with the role that the heartbeat sent for its first choice.
    private static JsonObject opened(JsonObject chunk, JsonObject heartbeat) {
        var role = (JsonObject) Chunks.choice(heartbeat, 0).get("delta");
        var choices = new ArrayList<>(((JsonArray) chunk.get("choices")).elements());
        var first = (JsonObject) choices.getFirst();
        choices.set(0, first.with("delta", new JsonObject.Builder().addAll(role)
                .addAll((JsonObject) first.get("delta")).build()));
        return chunk.with("choices", new JsonArray(choices));
    }
}
