package fakestream.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import fakestream.testing.Growth;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The memory that JSON takes beside the bytes of its text. No text takes much, and copying a large
/// value from one text into another neither copies nor decodes its bytes.
final class LargeTextTest {
    private static final int LENGTH = 8 * 1024 * 1024;

    /// If the elements are read, the position of each costs 4 bytes.
    @ParameterizedTest
    @ValueSource(strings = {"0,", "[],", "{},", "\"\",", "\"\\n\",", "{\"a\":{}},", "[[[[0]]]],"})
    void readsManyValuesWithoutCreatingObjects(String value) throws JsonException {
        var text = ("[" + value.repeat(LENGTH / value.length()) + "0]")
                .getBytes(StandardCharsets.UTF_8);
        assertTrue(allocated(() -> Json.parse(text)) < 64 * 1024);
        assertTrue(allocated(() -> ((JsonArray) Json.parse(text)).elements().size())
                <= 2L * text.length + 64 * 1024);
    }

    @Test
    void readsDeepTextsAtSmallCost() throws JsonException {
        for (int width : new int[] {1, 100, 10_000}) {
            var one = "[".repeat(500) + '"' + "x".repeat(width) + '"' + "]".repeat(500) + ",";
            var text = ("[" + one.repeat(LENGTH / one.length()) + "0]")
                    .getBytes(StandardCharsets.UTF_8);
            var cost = allocated(() -> Json.parse(text));
            assertTrue(cost <= 4L * text.length, cost + " bytes of " + text.length);
        }
    }

    @Test
    void findsAMemberAmongMany() throws JsonException {
        var text = IntStream.range(0, 200_000).mapToObj(i -> "\"" + i + "\":" + -i % 100)
                .collect(Collectors.joining(",", "{\"logit_bias\":{", "},\"model\":\"m\"}"));
        var request = (JsonObject) Json.parse(text);
        var bias = (JsonObject) request.get("logit_bias");
        assertEquals(200_000, bias.members().size());
        assertEquals(JsonNumber.of(-99), bias.get("199999"));
        assertNull(bias.get("200000"));
        assertEquals(text, request.toString());
        assertEquals(bias, ((JsonObject) Json.parse(text)).get("logit_bias"));
    }

    /// Above 256 members, an object keeps only their positions in the text.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 255, 256, 257, 1000})
    void changesOneMemberOfMany(int count) throws JsonException {
        var expected = new LinkedHashMap<String, JsonValue>();
        IntStream.range(0, count).forEach(i -> expected.put("n" + i, JsonNumber.of(i)));
        var object = (JsonObject) Json.parse(new JsonObject(expected).toString());
        check(expected, object);
        expected.put("n0", JsonNull.NULL);
        expected.put("new", new JsonString("\u2028"));
        var changed = object.with("n0", JsonNull.NULL).with("new", new JsonString("\u2028"));
        check(expected, changed);
        expected.keySet().removeAll(List.of("n" + (count - 1), "n7", "other"));
        changed = changed.without("n" + (count - 1), "n7", "other");
        check(expected, changed);
        expected.put("n7", JsonBoolean.TRUE);
        check(expected, changed.with("n7", JsonBoolean.TRUE));
        expected.keySet().retainAll(List.of("n7", "n8", "new"));
        check(expected, changed.with("n7", JsonBoolean.TRUE).only("new", "n8", "n7", "n"));
        check(expected, changed.with("n7", JsonBoolean.TRUE).only("new", "n8", "n7").detached());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"role\":\"assistant\",\"images\":[{\"url\":\"%s\"}],\"n\":1}",
        "{ \"role\": \"assistant\", \"images\": [\n {\"url\": \"%s\"}], \"n\": 1 }\n"})
    void reusesTheBytesOfALargeValue(String form) throws JsonException {
        var text = form.formatted("QUJD".repeat(LENGTH / 4)).getBytes(StandardCharsets.UTF_8);
        var message = (JsonObject) Json.parse(text);
        var delta = new JsonObject.Builder().add("images", message.get("images")).build();
        var parts = Parts.of(new JsonObject.Builder().add("delta", delta)
                .addAll(message.without("images", "n")).build());
        var large = parts.list().stream().filter(part -> part.length() >= LENGTH).toList();
        assertEquals(1, large.size());
        assertSame(text, large.getFirst().bytes());
        assertEquals("{\"delta\":{\"images\":[{\"url\":\"" + "QUJD".repeat(LENGTH / 4)
                + "\"}]},\"role\":\"assistant\"}", parts.toString());
        assertTrue(allocated(() -> Parts.of(message.with("n", JsonNull.NULL))) < 16 * 1024);
        assertTrue(allocated(() -> JsonWriter.length(message.get("images"))) < 16 * 1024);
    }

    @Test
    void refusesMoreThan1048576Members() {
        var text = IntStream.range(0, (1 << 20) + 1).mapToObj(i -> "\"" + i + "\":0")
                .collect(Collectors.joining(",", "{", "}"));
        var refusal = assertThrows(JsonException.class, () -> Json.parse(text));
        assertTrue(refusal.getMessage().endsWith("no more than 1048576 members at once"));
    }

    @Test
    void refusesMoreThan65536RepeatedMembers() throws JsonException {
        var most = "{\"a\":0" + ",\"a\":1".repeat(65_536);
        assertEquals("{\"a\":1}", Json.parse(most + "}").toString());
        for (var text : new String[] {most + ",\"a\":2}", "[" + most + "},{\"b\":0,\"b\":1}]",
            "{\"a\":0" + ",\"a\":1".repeat(1_000_000) + "}"}) {
            var refusal = assertThrows(JsonException.class, () -> Json.parse(text));
            assertTrue(refusal.getMessage().endsWith("no more than 65536 repeated members"));
        }
    }

    @Test
    void readsNamesThatRepeatAtEveryDepthInLinearTime() throws JsonException {
        var one = "{\"a\":".repeat(200) + "0" + ",\"a\":1}".repeat(200) + ",";
        IntFunction<String> text = size -> "[" + one.repeat(size * 75) + "0]";
        Growth.isLinear("repeated names", text, Json::parse);
        var array = (JsonArray) Json.parse(text.apply(4));
        assertEquals("{\"a\":1}", array.elements().getFirst().toString());
    }

    private static void check(LinkedHashMap<String, JsonValue> expected, JsonObject object) {
        assertEquals(expected, object.members());
        assertEquals(object.members(), expected);
        assertEquals(List.copyOf(expected.keySet()), List.copyOf(object.members().keySet()));
        assertEquals(new JsonObject(expected).toString(), object.toString());
        expected.forEach((name, value) -> assertEquals(value, object.get(name)));
        assertNull(object.get("no such member"));
    }

    private interface Task {
        Object run() throws JsonException;
    }

    /// The bytes that this thread allocates for the task.
    private static long allocated(Task task) throws JsonException {
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        task.run();
        var before = thread.getCurrentThreadAllocatedBytes();
        task.run();
        return thread.getCurrentThreadAllocatedBytes() - before;
    }
}
