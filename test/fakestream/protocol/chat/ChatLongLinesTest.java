package fakestream.protocol.chat;

import static fakestream.protocol.chat.Chunks.CHAT;
import static fakestream.protocol.chat.Chunks.FRESH;
import static fakestream.protocol.chat.Chunks.REQUEST;
import static fakestream.protocol.chat.Chunks.answer;
import static fakestream.protocol.chat.Chunks.answerWith;
import static fakestream.protocol.chat.Chunks.deltas;
import static fakestream.protocol.chat.Chunks.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.json.JsonValue;
import fakestream.protocol.Difference;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// No line is over 96 KiB unless it holds one value that no client can join from parts.
final class ChatLongLinesTest {
    private static final int LONGEST_LINE = 96 * 1024;
    private static final String LONG = "abcd efg".repeat(16 * 1024);

    @ParameterizedTest
    @ValueSource(strings = {"a", "\u4e16", "\u0000", "\ud83d\ude00", "\ud83d", "e\u0301"})
    void splitReasoningOnlyIfTooLongForALine(String unit) {
        for (var length : List.of(10_000, 40_000, 97_000)) {
            var text = unit.repeat(length / unit.length());
            var message = json("{}").with("reasoning", string(text));
            var parts = deltas(message);
            var bytes = new JsonString(text).toString().getBytes(
                    StandardCharsets.UTF_8).length;
            assertEquals(bytes > LONGEST_LINE - 2048 - 15, parts.size() > 1, length + " " + bytes);
            assertEquals(text, parts.stream().map(delta -> delta.string("reasoning"))
                    .collect(Collectors.joining()));
            assertNoLongLine(answer(message));
        }
    }

    @Test
    void separateMembersThatDoNotFitTogether() {
        var half = string(LONG.substring(0, 60_000));
        assertEquals(List.of(json("{}").with("a", half), json("{}").with("b", half),
                json("{'c':1}")), deltas(json("{}").with("a", half).with("b", half)
                        .with("c", Chunks.value("1"))));
    }

    @Test
    void splitAudioMemberByMember() {
        var audio = json("{'id':'a','data':'','transcript':'t','expires_at':9}")
                .with("data", string(LONG));
        var parts = deltas(json("{'content':null}").with("audio", audio));
        assertEquals("{\"audio\":{\"id\":\"a\"}}", parts.getFirst().toString());
        assertEquals("{\"audio\":{\"transcript\":\"t\"}}", parts.get(parts.size() - 2).toString());
        assertEquals("{\"audio\":{\"expires_at\":9}}", parts.getLast().toString());
        assertEquals(LONG, parts.subList(1, parts.size() - 2).stream()
                .map(delta -> ((JsonObject) delta.get("audio")).string("data"))
                .collect(Collectors.joining()));
    }

    @Test
    void leaveValuesWholeThatNoClientCanJoin() {
        for (var text : List.of("{'images':[{'image_url':{'url':'LONG'}}]}",
                "{'function_call':{'name':'f','arguments':'LONG'}}")) {
            var message = json(text.replace("LONG", LONG));
            assertEquals(List.of(message), deltas(message));
        }
        var custom = json("{'id':'t','type':'custom','custom':{'name':'f','input':'I'}}".replace(
                "I", LONG));
        assertEquals(List.of(json("{}").with("tool_calls", JsonArray.of(indexed(custom)))),
                deltas(json("{}").with("tool_calls", JsonArray.of(custom))));
    }

    @Test
    void separateChoicesThatDoNotFitTogether() {
        var message = json("{'content':'Hi'}").with("reasoning", string(LONG.substring(1, 90_000)));
        var answer = choices(json("{}").with("message", message), 4);
        assertNoLongLine(answer);
        var chunks = Chunks.chunks(answer);
        assertEquals(1 + 4 + 1 + 1, chunks.size());
        for (int i = 0; i < 4; i++) {
            for (int place = 0; place < 4; place++) {
                var delta = (JsonObject) Chunks.choice(chunks.get(1 + i), place).get("delta");
                assertEquals(i == place, delta.has("reasoning"));
            }
        }
    }

    @Test
    void stayShortWithTheLargestPiecesOfManyChoices() {
        var message = json("{}").with("content", string("\u0001".repeat(30_000)));
        var large = new StreamState("x", 1, 0, 10_000);
        var data = Chunks.data(CHAT.replay(REQUEST,
                choices(json("{}").with("message", message), 4), large));
        assertNoLongLine(data);
        assertEquals(1 + 4 * 3 + 1 + 1, data.size());
    }

    @Test
    void stayShortWithTheLogProbabilitiesOfAText() {
        var token = json("{'token':'x'}").with("vendor", string("\u4e16".repeat(700)));
        var logprobs = json("{'refusal':null}").with("content",
                new JsonArray(Collections.<JsonValue>nCopies(300, token)));
        var message = json("{}").with("content", string("x".repeat(300)));
        assertNoLongLine(choices(json("{}").with("message", message)
                .with("logprobs", logprobs), 2));
    }

    @Test
    void stayShortWithVendorLogProbabilitiesBesideALongMember() {
        var message = json("{}").with("reasoning", string(LONG.substring(0, 90_000)));
        var logprobs = json("{}").with("tokens", JsonArray.of(string(LONG.substring(0, 50_000))));
        assertNoLongLine(choices(json("{}").with("message", message)
                .with("logprobs", logprobs), 1));
    }

    private static JsonObject indexed(JsonObject call) {
        return new JsonObject.Builder().add("index", 0).addAll(call).build();
    }

    private static JsonObject choices(JsonObject choice, int count) {
        return answerWith(new JsonArray(Collections.<JsonValue>nCopies(count, choice)));
    }

    private static void assertNoLongLine(JsonObject answer) {
        assertNoLongLine(Chunks.data(CHAT.replay(REQUEST, answer, FRESH)));
    }

    private static void assertNoLongLine(List<String> data) {
        for (var line : data) {
            var length = SseEvent.Message.of(line).bytes().length - "\n\n".length();
            assertTrue(length <= LONGEST_LINE, length + " bytes: " + Difference.shown(line));
        }
    }

    private static JsonString string(String text) {
        return new JsonString(text);
    }
}
