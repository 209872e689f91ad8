package fakestream.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SseParserTest {
    private static final String[] PARTS = {"data", "event", ":", ": ", " ", "x", "{\"a\":1}",
        "[DONE]", "\n", "\r", "\r\n", "\n\n", "\r\n\r\n", "\r\r", "\u00e9\ud83d\ude00",
        "id: 7", "\u2028", "\ufeff"};

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void findsEventsWithAnyLineEnd(String end) {
        var stream = "data: one" + end + end + "event: error" + end + "data: two" + end + end;
        assertEquals(List.of("/one", "error/two"), read(stream));
    }

    @Test
    void emitsAnEventAtItsBlankLine() {
        var parser = new SseParser();
        assertEquals(List.of(), feed(parser, "data: one\n"));
        assertEquals(List.of("/one"), told(feed(parser, "\n")));
        assertEquals(List.of(), feed(parser, "data: two\r\n\r"));
        assertEquals(List.of("/two"), told(feed(parser, "\n")));
        assertEquals(List.of("/three"), told(feed(parser, "data: three\r\rdata: four")));
    }

    @Test
    void keepsATwoByteLineEndWithItsEvent() {
        var parser = new SseParser();
        var events = new ArrayList<>(feed(parser, "data: a\r\n\r"));
        events.addAll(feed(parser, "\ndata: b\r\n\r\n"));
        assertEquals(List.of("data: a\r\n\r\n", "data: b\r\n\r\n"), events.stream()
                .map(event -> new String(event.bytes(), StandardCharsets.UTF_8)).toList());
    }

    @Test
    void skipsCommentsAndUnknownFields() {
        assertEquals(List.of("/x"), read(": heartbeat\nid: 7\nretry: 3\ndata: x\ndatum: y\n\n"));
        assertEquals(List.of("/"), read(": heartbeat\n\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void attachesBlankLinesToTheNextEvent(String end) {
        assertEquals(List.of("/x", "/y"),
                read(end + end + "data: x" + end + end + end + end + "data: y" + end + end));
    }

    @Test
    void dropsOneBlankAfterTheColon() {
        assertEquals(List.of("/x", "/ x", "e/x "),
                read("data:x\n\ndata:  x\n\nevent:e\ndata: x \n\n"));
    }

    @Test
    void joinsDataLinesAndUsesTheLastType() {
        assertEquals(List.of("b/1\n\n2"), read("event: a\ndata: 1\ndata:\ndata: 2\nevent: b\n\n"));
    }

    @Test
    void readsALineWithoutAColonAsAFieldWithoutAValue() {
        assertEquals(List.of("/1\n"), read("event: a\ndata: 1\ndata\nevent\n\n"));
    }

    @Test
    void dropsAByteOrderMarkOnlyAtTheStart() {
        assertEquals(List.of("/x", "/"), read("\ufeffdata: x\n\n\ufeffdata: y\n\n"));
        var marked = "\ufeffdata: x\n\n".getBytes(StandardCharsets.UTF_8);
        assertEquals("data: x\n\n", new String(joined(events(marked, () -> 1)),
                StandardCharsets.UTF_8));
    }

    @Test
    void readsUtf8() {
        assertEquals(List.of("/\u00e9\u4e16\ud83d\ude00\u2028\u0085"),
                read("data: \u00e9\u4e16\ud83d\ude00\u2028\u0085\n\n"));
    }

    @Test
    void emitsAnUnfinishedEventAtTheEnd() {
        assertEquals(List.of("/x"), read("data: x"));
        assertEquals(List.of("/x"), read("data: x\n"));
        assertEquals(List.of("/x"), read("data: x\r\r"));
        assertEquals(List.of("/x", "/[DONE]"), read("data: x\n\ndata: [DONE]"));
        assertEquals(List.of(), read(""));
    }

    @Test
    void emitsTrailingBlankLinesAsAnEmptyEvent() {
        assertEquals(List.of("/x"), read("data: x\r\n\r\n"));
        assertEquals(List.of("/x", "/"), read("data: x\r\n\r\n\r\n"));
    }

    @Test
    void readsOnlyTheGivenRangeOfBytes() {
        var parser = new SseParser();
        var bytes = "----data: x\n\n----".getBytes(StandardCharsets.UTF_8);
        assertEquals(List.of("/x"), told(parser.feed(bytes, 4, bytes.length - 8)));
        assertTrue(parser.end().isEmpty());
    }

    @Test
    void readsEventsOfAnyLength() {
        var long1 = "x".repeat(5000);
        var long2 = "\u4e16".repeat(100_000);
        assertEquals(List.of("/" + long1, "/" + long2, "/y"),
                read("data: " + long1 + "\n\ndata: " + long2 + "\n\ndata: y\n\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void splitsEventsThatLackABlankLineAsTheyArrive(String end) {
        var parser = new SseParser();
        assertEquals(List.of(), feed(parser, "data: {\"a\":1}" + end));
        var first = feed(parser, "data: {\"b\":2}" + end).getFirst();
        assertEquals("{\"a\":1}", first.data());
        assertEquals("data: {\"a\":1}" + end + "\n",
                new String(first.bytes(), StandardCharsets.UTF_8));
        assertEquals(List.of("/{\"b\":2}"), told(feed(parser, ": hi" + end + "id: 7" + end
                + "event: x" + end + "data: [1]" + end)));
        var last = feed(parser, "data: [DONE]" + end).getFirst();
        assertEquals("x/[1]", last.type() + "/" + last.data());
        assertEquals(List.of("/[DONE]"), told(parser.end()));
    }

    @Test
    void splitsEventsThatLackABlankLineInPiecesOfAnySize() {
        var stream = "\ufeffevent: a\r\ndata: {\"a\":[{}]}\r\nevent: b\r\ndata:[{\"b\":{}}] \r\n"
                + "data: {\"c\":\r\ndata: {}}\r\n\r\ndata: {}\r\nevent: d\r\n\r\ndata: [DONE]";
        var bytes = stream.getBytes(StandardCharsets.UTF_8);
        for (int length = 1; length <= bytes.length; length++) {
            var count = length;
            assertEquals(List.of("a/{\"a\":[{}]}", "b/[{\"b\":{}}] ", "/{\"c\":\n{}}", "d/{}",
                    "/[DONE]"), told(events(bytes, () -> count)), "in pieces of " + length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\n\"a\": [\n{\n},\n{\n}\n]\n,\n\"b\": [\n]\n}", "[1,\n{}]", "{}\nx",
        "x\n{}", "}\nx\n{", "[\n[\n]\n,\n[\n]\n]"})
    void keepsMultilineDataInOneEvent(String data) {
        var stream = "data: " + data.replace("\n", "\ndata: ") + "\n\n";
        assertEquals(List.of("/" + data), read(stream));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"Busy: x\"\n  }\n}",
        "[{\n  \"error\": {\n    \"message\": \"Busy\"\n  }\n}\n]", "{\"error\":\"No.\"}"})
    void readsABareJsonErrorAsAnErrorEvent(String error) {
        assertEquals(List.of("/x", "error/" + error), read("data: x\n\n" + error));
        assertEquals(List.of("/x", "error/" + error, "/y"),
                read("data: x\n\n" + error + "\n\ndata: y\n\n"));
        assertEquals(List.of("error/" + error), read(error + "\ndata: [DONE]\n\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"choices\":[{}]}", "{ no json", "[1]", "upstream error", "data"})
    void skipsOtherLinesThatAreNotFields(String line) {
        assertEquals(List.of("/", "/y"), read(line + "\n\ndata: y\n\n"));
    }

    @Test
    void findsTheSameEventsAndKeepsEveryByteInPiecesOfAnySize() {
        for (int seed = 0; seed < 2000; seed++) {
            var random = new Random(seed);
            var text = new StringBuilder(":");
            for (int i = random.nextInt(40); i > 0; i--) {
                text.append(PARTS[random.nextInt(PARTS.length)]);
            }
            var stream = text.toString().getBytes(StandardCharsets.UTF_8);
            var whole = events(stream, () -> stream.length);
            var parts = events(stream, () -> 1 + random.nextInt(5));
            assertEquals(told(whole), told(parts), "seed " + seed);
            keepsEveryByte(stream, joined(whole), "seed " + seed);
            keepsEveryByte(stream, joined(parts), "seed " + seed);
        }
    }

    /// `joined` may end with up to two line ends that `stream` lacks.
    private static void keepsEveryByte(byte[] stream, byte[] joined, String seed) {
        assertArrayEquals(stream, Arrays.copyOf(joined, stream.length), seed);
        var added = new String(joined, stream.length, joined.length - stream.length,
                StandardCharsets.UTF_8);
        assertTrue(added.matches("\n{0,2}"), seed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: x", "data: x\n", "data: x\r\n", "data: x\r"})
    void completesTheLastEvent(String stream) {
        var event = events(stream.getBytes(StandardCharsets.UTF_8), () -> 3).getFirst();
        assertEquals("x", event.data());
        assertTrue(new String(event.bytes(), StandardCharsets.UTF_8)
                .matches("data: x(\n\n|\r\n\n)"));
    }

    @Test
    void splitsTheLastTwoEventsIfTheirBlankLinesAreMissing() {
        assertEquals(List.of("/{}", "/{\"a\":1}"), read("data: {}\ndata: {\"a\":1}"));
    }

    private static List<String> read(String stream) {
        var bytes = stream.getBytes(StandardCharsets.UTF_8);
        return told(events(bytes, () -> bytes.length));
    }

    private static List<SseEvent.Received> feed(SseParser parser, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return parser.feed(bytes, 0, bytes.length);
    }

    private static List<SseEvent.Received> events(byte[] stream, IntSupplier length) {
        var parser = new SseParser();
        var events = new ArrayList<SseEvent.Received>();
        for (int at = 0; at < stream.length;) {
            var count = Math.min(stream.length - at, length.getAsInt());
            events.addAll(parser.feed(stream, at, count));
            at += count;
        }
        events.addAll(parser.end());
        return events;
    }

    private static byte[] joined(List<SseEvent.Received> events) {
        var bytes = new ByteArrayOutputStream();
        events.forEach(event -> bytes.writeBytes(event.bytes()));
        return bytes.toByteArray();
    }

    private static List<String> told(List<SseEvent.Received> events) {
        return events.stream().map(event -> event.type() + "/" + event.data()).toList();
    }
}
