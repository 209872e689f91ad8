package fakestream.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonNull;
import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.chat.Chunks;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The rules for every stream of a chat completion, whatever its answer (WIRE.md 0 and the
/// decisions before it).
public final class StreamRules {
    private static final int LONGEST_LINE = 96 * 1024;
    private static final String EMPTY = "{}";

    /// The members that each chunk has, with the same value in all chunks.
    private static final Set<String> FRAME = Set.of("id", "object", "created", "model",
            "system_fingerprint", "service_tier");

    private static final Pattern CUTS_LINES = Pattern.compile("[\\x00-\\x1f\\u0085\\u2028\\u2029]");
    private static final Pattern CHARACTER = Pattern.compile("\\X");

    /// The order of a choice's deltas.
    private static final List<String> ORDER = List.of("others", "content", "refusal",
            "function_call", "tool_calls");

    private final List<String> data;
    private final List<JsonObject> chunks = new ArrayList<>();
    private final Usage usage;
    private final boolean begun;

    /// Whether the client asked for the usage of an answer that has one.
    public enum Usage { NONE, ASKED, UNASKED }

    private StreamRules(List<String> data, Usage usage, boolean begun) {
        this.data = data;
        this.usage = usage;
        this.begun = begun;
        data.subList(0, data.size() - 1)
                .forEach(line -> chunks.add((JsonObject) Chunks.parse(line)));
    }

    public static void hold(List<String> data, Usage usage, boolean begun) {
        var rules = new StreamRules(data, usage, begun);
        rules.linesAreSafe();
        rules.framesAreTheSame();
        rules.usageComesOnceAndLast();
        var bodies = usage == Usage.ASKED ? rules.chunks.subList(0, rules.chunks.size() - 1)
                : rules.chunks;
        rules.choicesStandInEveryChunk(bodies);
        for (int i = 0; i < choices(bodies.getFirst()).size(); i++) {
            var place = i;
            rules.choiceIsTold(bodies.stream().map(chunk -> choices(chunk).get(place)).toList());
        }
    }

    private void linesAreSafe() {
        assertEquals("[DONE]", data.getLast());
        for (int i = 0; i < chunks.size(); i++) {
            var line = data.get(i);
            assertEquals(chunks.get(i).toString(), line, "a member is there twice");
            assertFalse(CUTS_LINES.matcher(line).find(), line);
            var bytes = line.getBytes(StandardCharsets.UTF_8);
            assertEquals(line, new String(bytes, StandardCharsets.UTF_8));
            assertTrue(bytes.length + "data: ".length() <= LONGEST_LINE
                    || holdsOneThingThatCannotBeCut(chunks.get(i)), () -> "too long: "
                    + bytes.length + " bytes, " + Difference.shown(line));
        }
    }

    /// Only one choice has a delta. It has one member: a list (an image), a number, or a call that
    /// must stay whole.
    private static boolean holdsOneThingThatCannotBeCut(JsonObject chunk) {
        var deltas = choices(chunk).stream().map(choice -> (JsonObject) choice.get("delta"))
                .filter(delta -> !delta.toString().equals(EMPTY)).toList();
        if (deltas.size() != 1 || deltas.getFirst().members().size() != 1) {
            return false;
        }
        JsonValue value = deltas.getFirst();
        while (value instanceof JsonObject object && object.members().size() == 1) {
            if (object.has("function_call")) {
                return true;
            }
            value = object.members().values().iterator().next();
        }
        return value instanceof JsonArray;
    }

    private void framesAreTheSame() {
        var first = chunks.getFirst();
        assertEquals("chat.completion.chunk", first.string("object"));
        assertTrue(Set.of("id", "object", "created", "model").stream().allMatch(first::has));
        for (var name : List.of("error", "obfuscation")) {
            assertFalse(first.has(name), name);
        }
        for (var chunk : chunks) {
            for (var name : FRAME) {
                assertEquals(first.get(name), chunk.get(name), name);
            }
            assertTrue(chunk == first || chunk.members().keySet().stream().allMatch(name ->
                    FRAME.contains(name) || name.equals("choices") || name.equals("usage")),
                    () -> "told after the first chunk: " + chunk.members().keySet());
        }
    }

    private void usageComesOnceAndLast() {
        for (var chunk : chunks) {
            if (usage != Usage.NONE && chunk == chunks.getLast()) {
                assertEquals(usage == Usage.ASKED, JsonArray.EMPTY.equals(chunk.get("choices")));
                assertTrue(chunk.get("usage") instanceof JsonObject);
            } else {
                assertEquals(usage == Usage.ASKED ? JsonNull.NULL : null, chunk.get("usage"));
            }
        }
    }

    private void choicesStandInEveryChunk(List<JsonObject> bodies) {
        for (var chunk : bodies) {
            var indices = choices(chunk).stream()
                    .map(choice -> ((JsonNumber) choice.get("index")).text()).toList();
            assertEquals(IntStream.range(0, choices(bodies.getFirst()).size())
                    .mapToObj(Integer::toString).toList(), indices);
        }
    }

    private void choiceIsTold(List<JsonObject> entries) {
        var first = entries.getFirst();
        var last = entries.getLast();
        assertEquals(EMPTY, last.get("delta").toString());
        assertEquals(first.without("delta", "finish_reason"),
                last.without("delta", "finish_reason"), "the vendor's fields of a choice");
        for (var entry : entries) {
            assertEquals(entry == last, entry.get("finish_reason") instanceof JsonString);
            assertTrue(entry == first || entry == last || Set.of("index", "delta", "logprobs",
                    "finish_reason").containsAll(entry.members().keySet()));
        }
        assertTrue(first.get("logprobs") == null || first.get("logprobs").equals(JsonNull.NULL));
        var role = ((JsonObject) first.get("delta")).has("role");
        assertEquals(!(begun && first.get("index").toString().equals("0")), role);
        deltasAreInOrder(entries);
        everythingIsToldOnce(entries);
    }

    private static void deltasAreInOrder(List<JsonObject> entries) {
        int reached = 0;
        for (var entry : entries.subList(1, entries.size())) {
            var delta = (JsonObject) entry.get("delta");
            for (var member : delta.members().entrySet()) {
                var rank = rank(member.getKey(), member.getValue());
                assertTrue(rank >= reached, () -> "out of order: " + Difference.shown(delta + ""));
                reached = rank;
            }
        }
    }

    /// Content and refusals that are not texts count as other members.
    private static int rank(String name, JsonValue value) {
        var other = !(value instanceof JsonString) && (name.equals("content")
                || name.equals("refusal"));
        return other ? 0 : Math.max(0, ORDER.indexOf(name));
    }

    /// Only texts come in parts: paced ones, and those too long for a line.
    private static void everythingIsToldOnce(List<JsonObject> entries) {
        var parts = new LinkedHashMap<String, List<JsonValue>>();
        entries.forEach(entry -> collect("", entry.get("delta"), parts));
        parts.forEach((path, values) -> {
            if (values.size() > 1) {
                var texts = values.stream().map(value -> ((JsonString) value).value()).toList();
                var length = texts.stream().mapToInt(text -> new JsonString(text).toString()
                        .getBytes(StandardCharsets.UTF_8).length).sum();
                assertTrue(path.matches("/content|/refusal") || length > LONGEST_LINE - 4096,
                        path + " is told twice");
                noCharacterIsSplit(path, texts);
            }
        });
    }

    private static void collect(String path, JsonValue value, Map<String, List<JsonValue>> parts) {
        if (value instanceof JsonObject(var members)
                && (!members.isEmpty() || path.isEmpty())) {
            members.forEach((name, member) -> collect(path + "/" + name, member, parts));
        } else if (path.equals("/tool_calls") && value instanceof JsonArray(var calls)) {
            assertEquals(1, calls.size());
            var call = (JsonObject) calls.getFirst();
            collect(path + "/" + call.get("index"), call.without("index"), parts);
        } else {
            parts.computeIfAbsent(path, _ -> new ArrayList<>()).add(value);
        }
    }

    private static void noCharacterIsSplit(String path, List<String> texts) {
        var ends = CHARACTER.matcher(String.join("", texts)).results()
                .collect(Collectors.toMap(MatchResult::end, MatchResult::start, (a, _) -> a,
                        TreeMap::new));
        int at = 0;
        for (var part : texts) {
            at += part.length();
            var end = ends.ceilingEntry(at);
            assertTrue(at == 0 || end.getKey() == at
                    || end.getKey() - end.getValue() > TextPieces.LONGEST_CHARACTER,
                    () -> "a character is split in " + path);
        }
    }

    private static List<JsonObject> choices(JsonObject chunk) {
        return ((JsonArray) chunk.get("choices")).elements().stream()
                .map(choice -> (JsonObject) choice).toList();
    }
}
