package fakestream.protocol.gemini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.json.JsonArray;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.protocol.SseEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The JSON in these tests has single quotes for readability.
final class GenerateContentReplayTest {
    private static final String TEXT = "One two three four. Five six seven.";

    @Test
    void sendsATextInPacedPiecesWithTheFinishOnTheLast() {
        assertEquals(List.of(
                object("{'candidates':[{'content':{'role':'model','parts':[{'text':'Hello '}]},"
                        + "'index':0}],'modelVersion':'m','responseId':'r','createTime':'t'}"),
                object("{'candidates':[{'content':{'role':'model','parts':[{'text':'world.'}]},"
                        + "'finishReason':'STOP','safetyRatings':[],'x':1.0,'index':0}],"
                        + "'modelVersion':'m','responseId':'r','createTime':'t',"
                        + "'usageMetadata':{'totalTokenCount':3},'vendor':1e5}")),
                chunks("{'candidates':[{'content':{'role':'model','parts':[{'text':"
                        + "'Hello world.'}]},'finishReason':'STOP','safetyRatings':[],'x':1.0,"
                        + "'index':0}],'modelVersion':'m','responseId':'r','createTime':'t',"
                        + "'usageMetadata':{'totalTokenCount':3},'vendor':1e5}"));
        assertTrue(events(candidate("{'text':'Hello world.'}")).stream()
                .allMatch(SseEvent::piece));
    }

    @Test
    void sendsEventsWithoutAType() {
        for (var event : events(candidate("{'text':'" + TEXT + "'}"))) {
            var text = new String(event.bytes(), StandardCharsets.UTF_8);
            assertTrue(text.startsWith("data: {") && text.endsWith("}\n\n"), text);
            assertEquals(3, text.split("\n", -1).length, text);
        }
    }

    @Test
    void sendsTheSignatureOfATextWithItsLastPieceOnly() {
        assertEquals(List.of("{\"text\":\"One two \"}",
                "{\"text\":\"three four\",\"thoughtSignature\":\"s\"}"),
                parts(candidate("{'text':'One two three four','thoughtSignature':'s'}")));
    }

    @Test
    void marksEveryPieceOfAThoughtAndPacesNone() {
        var thought = "t".repeat(20_000);
        var answer = candidate("{'text':'" + thought + "','thought':true,'thoughtSignature':'s'}");
        var told = parts(answer);
        assertEquals(3, told.size());
        assertTrue(told.stream().allMatch(part -> part.contains("\"thought\":true")));
        assertEquals(1, told.stream().filter(part -> part.contains("thoughtSignature")).count());
        assertTrue(events(answer).stream().noneMatch(SseEvent::piece));
    }

    @Test
    void sendsOtherPartsWholeAndInOrder() {
        var parts = List.of("{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":1.50}}}",
                "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"iVBORw0KGgoAAAA\"}}",
                "{\"text\":\"\",\"thoughtSignature\":\"s\"}", "{\"text\":null}", "{}", "7",
                "{\"executableCode\":{\"code\":\"print('a long line of code')\"}}");
        assertEquals(parts, parts("{\"candidates\":[{\"content\":{\"parts\":["
                + String.join(",", parts) + "]}}]}"));
    }

    @Test
    void keepsACandidateWithoutPartsUnchanged() {
        for (var content : List.of("", "'content':{},", "'content':{'role':'model'},",
                "'content':{'role':'model','parts':[]},", "'content':null,")) {
            var answer = "{'candidates':[{" + content
                    + "'finishReason':'MAX_TOKENS','index':0}],'usageMetadata':{}}";
            assertEquals(List.of(object(answer)), chunks(answer));
        }
    }

    @Test
    void sendsABlockedPromptInOneEvent() {
        var answer = "{'promptFeedback':{'blockReason':'SAFETY'},'candidates':[],'x':1}";
        assertEquals(List.of(object(answer)), chunks(answer));
    }

    @Test
    void addsAMissingIndexToEveryEvent() {
        assertEquals(List.of("0", "1"), entries(chunks("{'candidates':[{'finishReason':'STOP'},"
                + "{'finishReason':'STOP'}]}").getFirst()).stream()
                .map(entry -> entry.get("index").toString()).toList());
    }

    @Test
    void startsEveryEventWithTheFirstCandidate() {
        var told = chunks("{'candidates':[{'content':{'parts':[{'text':'" + TEXT + "'}]},"
                + "'finishReason':'STOP','index':0},{'content':{'parts':[{'text':'"
                + TEXT.repeat(9) + "'}]},'finishReason':'STOP','index':1},"
                + "{'content':{'parts':[{'text':'yes'}]},'finishReason':'STOP','index':2}]}");
        assertEquals(parts(candidate("{'text':'" + TEXT + "'}")).size(), told.size());
        for (var chunk : told) {
            var first = entries(chunk).getFirst();
            assertEquals("0", first.get("index").toString());
            assertTrue(first.has("content"), chunk::toString);
        }
        assertEquals(TEXT.repeat(9), text(told, "1"));
        assertEquals("yes", text(told, "2"));
    }

    @Test
    void sendsEveryCandidateInItsPlaceInEveryEvent() {
        var told = chunks("{'candidates':[{'content':{'parts':[{'text':'" + TEXT + "'}]}},"
                + "{'finishReason':'SAFETY'},{'content':{'parts':[{'text':'yes'}]}}]}");
        for (var chunk : told) {
            assertEquals(List.of("0", "1", "2"), entries(chunk).stream()
                    .map(entry -> entry.get("index").toString()).toList());
        }
    }

    @Test
    void finishesAllCandidatesInTheLastEvent() {
        var told = chunks("{'candidates':[{'content':{'parts':[{'text':'" + TEXT + "'}]},"
                + "'finishReason':'STOP'},{'finishReason':'SAFETY'}]}");
        for (var chunk : told) {
            var finishes = entries(chunk).stream().filter(one -> one.has("finishReason")).count();
            assertEquals(chunk == told.getLast() ? 2 : 0, finishes);
        }
    }

    @Test
    void splitsLinesThatAreTooLong() {
        var text = "\\u0001\\u2028\u65e5".repeat(20_000);
        var long0 = "{'content':{'parts':[{'text':'" + text + "','thought':true}]}}";
        for (var answer : List.of("{'candidates':[" + long0 + "]}",
                "{'candidates':[" + long0 + "," + long0 + "," + long0 + "]}",
                "{'candidates':[{'content':{'parts':[{'text':'4'}]}}," + long0 + "]}",
                "{'candidates':[{'finishReason':'OTHER'}," + long0 + "]}")) {
            var events = GenerateContentReplay.of(object(answer), 1_000_000);
            events.forEach(event -> assertTrue(event.bytes().length <= SseEvent.LONGEST_LINE));
        }
    }

    @Test
    void keepsTheFirstCandidateFirstIfOthersAreFarLonger() {
        var told = chunks("{'candidates':[{'content':{'parts':[{'text':'4'}]}},"
                + "{'content':{'parts':[{'text':'" + "long ".repeat(40_000) + "'}]}}]}");
        assertTrue(told.size() > 1);
        assertFalse(entries(told.getFirst()).getFirst().has("content"));
        told.forEach(chunk -> assertEquals("0",
                entries(chunk).getFirst().get("index").toString()));
        assertEquals("long ".repeat(40_000), text(told, "1"));
    }

    private static String candidate(String parts) {
        return "{'candidates':[{'content':{'parts':[" + parts + "]},'finishReason':'STOP'}]}";
    }

    private static List<SseEvent> events(String answer) {
        return GenerateContentReplay.of(object(answer), 10);
    }

    private static List<JsonObject> chunks(String answer) {
        return events(answer).stream()
                .map(event -> object(((SseEvent.Message) event).data())).toList();
    }

    /// The parts of the only candidate, one of each event.
    private static List<String> parts(String answer) {
        return chunks(answer).stream()
                .map(chunk -> (JsonObject) entries(chunk).getFirst().get("content"))
                .map(content -> ((JsonArray) content.get("parts")).elements())
                .peek(parts -> assertEquals(1, parts.size()))
                .map(parts -> parts.getFirst().toString()).toList();
    }

    private static List<JsonObject> entries(JsonObject chunk) {
        var entries = ((JsonArray) chunk.get("candidates")).elements();
        return IntStream.range(0, entries.size()).mapToObj(i -> (JsonObject) entries.get(i))
                .toList();
    }

    private static String text(List<JsonObject> chunks, String index) {
        return chunks.stream().flatMap(chunk -> entries(chunk).stream())
                .filter(entry -> entry.get("index").toString().equals(index))
                .filter(entry -> entry.get("content") instanceof JsonObject)
                .flatMap(entry -> ((JsonArray) ((JsonObject) entry.get("content")).get("parts"))
                        .elements().stream())
                .map(part -> ((JsonString) ((JsonObject) part).get("text")).value())
                .collect(Collectors.joining());
    }

    private static JsonObject object(String text) {
        try {
            return (JsonObject) Json.parse(text.contains("\"") ? text : text.replace('\'', '"'));
        } catch (JsonException e) {
            throw new AssertionError(text, e);
        }
    }
}
