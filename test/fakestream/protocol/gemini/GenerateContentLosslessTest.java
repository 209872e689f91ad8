package fakestream.protocol.gemini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonBoolean;
import fakestream.json.JsonException;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.json.JsonWriter;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.SseEvent;
import fakestream.protocol.SseParser;
import fakestream.protocol.StreamState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A stream adds up to its answer, whatever the answer holds. Both the product and a second
/// implementation, which follows a client, add it up.
final class GenerateContentLosslessTest {
    private static final GenerateContent GEMINI = new GenerateContent();
    private static final List<String> TEXTS = List.of("", " ", "word ", "a sentence. ", "\r\n",
            "\u65e5\u672c\u8a9e", "e\u0301", "\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc66",
            "\ud83d", "\udc00", "\u2028", "\u0085", "\0", "\"\\", "data: x\n\n", "[DONE]");
    private static final List<String> NUMBERS =
            List.of("1.0", "-0", "1e-5", "12345678901234567890", "0.10", "1E+2");
    private static final List<String> OTHERS = List.of("functionCall", "inlineData", "fileData",
            "executableCode", "codeExecutionResult", "aPartOfTomorrow");

    private final Random random = new Random(20_261_123);

    @Test
    void addsUpToAnyAnswerInAClient() {
        for (int i = 0; i < 500; i++) {
            var answer = answer();
            assertEquals(normal(answer), added(events(answer)), answer::toString);
        }
    }

    @Test
    void foldsBackToAnyAnswer() throws InvalidAnswer {
        for (int i = 0; i < 500; i++) {
            var answer = answer();
            assertEquals(normal(answer), GEMINI.fold(events(answer)), answer::toString);
        }
    }

    @Test
    void addsUpToTheFirstCandidateInAChat() {
        for (int i = 0; i < 500; i++) {
            var answer = answer();
            var first = first(normal(answer));
            if (!parts(first).isEmpty()) {
                var slots = events(answer).stream().map(event -> parts(first(chunk(event))))
                        .peek(parts -> assertTrue(!parts.isEmpty(), answer::toString))
                        .flatMap(List::stream).toList();
                assertEquals(parts(first), joined(slots), answer::toString);
            }
        }
    }

    private List<SseEvent.Received> events(JsonObject answer) {
        var state = new StreamState("id", 1, 0, 1 + random.nextInt(40));
        var parser = new SseParser();
        var events = new ArrayList<SseEvent.Received>();
        for (var event : GEMINI.replay(JsonObject.EMPTY, answer, state).events()) {
            var beats = random.nextInt(4);
            for (int i = 0; i < beats; i++) {
                var beat = i == 0 ? GEMINI.heartbeat().bytes() : inOpenLine(GEMINI.heartbeat());
                assertTrue(parser.feed(beat, 0, beat.length).isEmpty());
            }
            var bytes = beats == 0 ? event.bytes() : inOpenLine(event);
            events.addAll(parser.feed(bytes, 0, bytes.length));
        }
        return events;
    }

    private static byte[] inOpenLine(SseEvent event) {
        var out = new JsonWriter();
        event.writeInOpenLine(out);
        return out.parts().bytes();
    }

    private JsonObject answer() {
        var candidates = new ArrayList<JsonValue>();
        for (int i = 1 + Math.max(0, random.nextInt(6) - 3); i > 0; i--) {
            candidates.add(candidate(candidates.size()));
        }
        var answer = new JsonObject.Builder().add("candidates", new JsonArray(candidates));
        for (var name : List.of("usageMetadata", "modelVersion", "responseId", "createTime",
                "promptFeedback", "vendor")) {
            if (random.nextBoolean()) {
                answer.add(name, value(2));
            }
        }
        return answer.build();
    }

    private JsonObject candidate(int index) {
        var candidate = new JsonObject.Builder();
        if (random.nextInt(8) > 0) {
            candidate.add("content", content());
        }
        candidate.add("finishReason", random.nextBoolean() ? "STOP" : "MAX_TOKENS");
        for (var name : List.of("safetyRatings", "citationMetadata", "groundingMetadata",
                "logprobsResult", "avgLogprobs", "tokenCount", "vendor")) {
            if (random.nextInt(4) == 0) {
                candidate.add(name, value(3));
            }
        }
        return candidate.add("index", index).build();
    }

    private JsonObject content() {
        var content = new JsonObject.Builder();
        if (random.nextInt(8) > 0) {
            content.add("parts", new JsonArray(IntStream.range(0, random.nextInt(7))
                    .mapToObj(_ -> (JsonValue) part()).toList()));
        }
        if (random.nextInt(8) > 0) {
            content.add("role", "model");
        }
        return random.nextInt(8) > 0 ? content.build() : content.add("odd", value(1)).build();
    }

    private JsonObject part() {
        var part = new JsonObject.Builder();
        if (random.nextInt(3) == 0) {
            part.add(OTHERS.get(random.nextInt(OTHERS.size())), value(3));
        } else {
            part.add("text", text(random.nextInt(30)));
        }
        if (random.nextInt(3) == 0) {
            part.add("thought", random.nextInt(4) > 0);
        }
        if (random.nextInt(4) == 0) {
            part.add(random.nextBoolean() ? "thoughtSignature" : "partMetadata", value(1));
        }
        return part.build();
    }

    private JsonValue value(int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> new JsonNumber(NUMBERS.get(random.nextInt(NUMBERS.size())));
            case 1 -> new JsonString(text(4));
            case 2 -> JsonBoolean.of(random.nextBoolean());
            case 3 -> depth > 2 ? JsonObject.EMPTY : JsonNull.NULL;
            case 4 -> JsonArray.of(value(depth - 1), value(depth - 1));
            default -> JsonObject.EMPTY.with(text(2), value(depth - 1));
        };
    }

    private String text(int words) {
        var text = new StringBuilder();
        IntStream.range(0, words).forEach(_ ->
                text.append(TEXTS.get(random.nextInt(TEXTS.size()))));
        return text.toString();
    }

    /// The answer that a client adds up from the events: it overwrites values and collects parts.
    private static JsonObject added(List<SseEvent.Received> events) {
        var top = new LinkedHashMap<String, JsonValue>();
        var candidates = new LinkedHashMap<JsonValue, JsonObject>();
        for (var event : events) {
            var chunk = chunk(event);
            top.putAll(chunk.members());
            for (var entry : ((JsonArray) chunk.get("candidates")).elements()) {
                candidates.merge(((JsonObject) entry).get("index"), (JsonObject) entry,
                        GenerateContentLosslessTest::added);
            }
        }
        top.put("candidates", new JsonArray(List.copyOf(candidates.values())));
        return normal(new JsonObject(top));
    }

    private static JsonObject added(JsonObject old, JsonObject entry) {
        var both = new JsonObject.Builder().addAll(old).addAll(entry);
        if (old.get("content") instanceof JsonObject before
                && entry.get("content") instanceof JsonObject now) {
            var parts = new ArrayList<>(parts(old));
            parts.addAll(parts(entry));
            both.add("content", new JsonObject.Builder().addAll(before).addAll(now)
                    .add("parts", new JsonArray(parts)).build());
        }
        return both.build();
    }

    /// Joins adjacent texts of one kind, which no client can tell apart.
    private static JsonObject normal(JsonObject answer) {
        var candidates = new ArrayList<JsonValue>();
        for (var element : ((JsonArray) answer.get("candidates")).elements()) {
            var candidate = (JsonObject) element;
            candidates.add(candidate.get("content") instanceof JsonObject content
                    && content.has("parts") ? candidate.with("content", content.with("parts",
                            new JsonArray(joined(parts(candidate))))) : candidate);
        }
        return answer.with("candidates", new JsonArray(candidates));
    }

    private static List<JsonValue> joined(List<JsonValue> parts) {
        var joined = new ArrayList<JsonValue>();
        for (var part : parts) {
            var object = (JsonObject) part;
            if (!joined.isEmpty() && follows((JsonObject) joined.getLast(), object)) {
                var before = (JsonObject) joined.removeLast();
                var members = new LinkedHashMap<>(before.members());
                members.putAll(object.members());
                members.put("text",
                        new JsonString(before.string("text") + object.string("text")));
                joined.add(new JsonObject(members));
            } else {
                joined.add(object);
            }
        }
        return joined;
    }

    private static boolean follows(JsonObject before, JsonObject part) {
        return before.without("text", "thought").equals(JsonObject.EMPTY)
                && before.string("text") != null && part.string("text") != null
                && isThought(before) == isThought(part);
    }

    private static boolean isThought(JsonObject part) {
        return part.members().getOrDefault("thought", JsonNull.NULL).equals(JsonBoolean.TRUE);
    }

    private static JsonObject first(JsonObject chunk) {
        return (JsonObject) ((JsonArray) chunk.get("candidates")).elements().getFirst();
    }

    private static List<JsonValue> parts(JsonObject candidate) {
        return candidate.get("content") instanceof JsonObject(Map<String, JsonValue> members)
                && members.get("parts") instanceof JsonArray(var parts) ? parts : List.of();
    }

    private static JsonObject chunk(SseEvent.Received event) {
        try {
            return (JsonObject) Json.parse(event.data());
        } catch (JsonException e) {
            throw new AssertionError(event.data(), e);
        }
    }
}
