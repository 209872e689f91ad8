package fakestream.protocol.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.RandomTexts;
import fakestream.protocol.StreamState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Random transcriptions, told as events and put together again as a client does it that reads
/// OpenAI's description: by an accumulator of this test's own.
final class TranscriptionsPropertyTest {
    private static final Transcriptions API = new Transcriptions();

    /// A transcription in one of the forms of JSON.
    private static JsonObject random(Random random) {
        var texts = new RandomTexts(random);
        var answer = new JsonObject.Builder();
        var text = texts.text(random.nextInt(400));
        if (random.nextInt(3) == 0) {
            var segments = new ArrayList<JsonValue>();
            var whole = new StringBuilder();
            for (int i = random.nextInt(5); i >= 0; i--) {
                var own = texts.text(random.nextInt(60));
                whole.append(random.nextBoolean() ? " " : "").append(own);
                segments.add(segment(i, random.nextInt(6) == 0 ? own + "?" : " " + own));
            }
            text = whole.toString();
            answer.add("task", "transcribe").add("segments", new JsonArray(segments));
        }
        answer.add("text", text);
        if (random.nextBoolean()) {
            answer.add("logprobs", new JsonArray(logprobs(text, random)));
        }
        if (random.nextBoolean()) {
            answer.add("usage", new JsonObject.Builder().add("type", "tokens")
                    .add("input_tokens", random.nextInt(99)).build());
        }
        return random.nextBoolean() ? answer.build() : answer.add("vendor", texts.text(9)).build();
    }

    private static JsonObject segment(int id, String text) {
        return new JsonObject.Builder().add("type", "transcript.text.segment").add("id", "s" + id)
                .add("start", new JsonNumber("0.50")).add("text", text).add("speaker", "A")
                .build();
    }

    /// Tokens that join to the text; a few are missing at times.
    private static List<JsonValue> logprobs(String text, Random random) {
        var tokens = new ArrayList<JsonValue>();
        for (int from = 0; from < text.length();) {
            var to = Math.min(text.length(), from + 1 + random.nextInt(6));
            if (random.nextInt(20) > 0) {
                tokens.add(new JsonObject.Builder().add("token", text.substring(from, to))
                        .add("logprob", new JsonNumber("-0.5")).build());
            }
            from = to;
        }
        return tokens;
    }

    /// What a client has at the end.
    private static final class Accumulator {
        private final StringBuilder text = new StringBuilder();
        private final List<JsonValue> logprobs = new ArrayList<>();
        private final List<JsonValue> segments = new ArrayList<>();
        private JsonObject done;

        private void add(JsonObject event) {
            assertEquals(null, done, "an event follows the last one");
            switch (event.string("type")) {
                case "transcript.text.delta" -> {
                    text.append(event.string("delta"));
                    if (event.get("logprobs") instanceof JsonArray(var tokens)) {
                        logprobs.addAll(tokens);
                    }
                }
                case "transcript.text.segment" -> segments.add(event);
                case "transcript.text.done" -> done = event.without("type");
                default -> throw new AssertionError(event);
            }
        }
    }

    @Test
    void everyTranscriptionArrivesWhole() throws InvalidAnswer {
        for (int seed = 0; seed < 1500; seed++) {
            var random = new Random(seed);
            var answer = random(random);
            var events = API.replay(JsonObject.EMPTY, API.answer(answer),
                    new StreamState("id", 7, 0, 1 + random.nextInt(40))).events();
            var client = new Accumulator();
            AudioWire.data(events).forEach(client::add);
            assertEquals(answer.string("text"), client.text.toString(), answer::toString);
            assertEquals(answer.get("segments") instanceof JsonArray(var all) ? all : List.of(),
                    client.segments, answer::toString);
            assertEquals(answer.get("logprobs") instanceof JsonArray(var all) ? all : List.of(),
                    client.logprobs, answer::toString);
            assertEquals(answer.without("segments"), client.done);
            assertEquals(answer.members(), API.fold(AudioWire.received(events)).members());
        }
    }

    @Test
    void linesStayShortWhateverTheLogProbabilities() throws InvalidAnswer {
        var token = new JsonObject.Builder().add("token", "").add("bytes", "x".repeat(900));
        var answer = new JsonObject.Builder().add("text", "Hello.").add("logprobs",
                new JsonArray(Collections.nCopies(200, token.build()))).build();
        var events = API.replay(JsonObject.EMPTY, answer, new StreamState("id", 7, 0, 9)).events();
        assertTrue(events.subList(0, events.size() - 1).stream().allMatch(event ->
                event.bytes().length < 64 * 1024));
    }
}
