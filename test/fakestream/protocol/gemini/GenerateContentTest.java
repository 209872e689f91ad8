package fakestream.protocol.gemini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonValue;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.RelayedEvent.Progress;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.VendorError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class GenerateContentTest {
    private static final GenerateContent GEMINI = new GenerateContent();
    private static final StreamState TELLING = new StreamState("id", 1, 0, 10);

    @Test
    void requestsTheWholeAnswerWithTheSameBody() {
        var request = object("{'contents':[{'parts':[{'text':'hi'}]}],'generationConfig':{}}");
        assertSame(request, GEMINI.whole(request));
    }

    @Test
    void beatsOnlyWithASpaceInAnOpenLine() {
        var beats = List.of(GEMINI.heartbeat(), GEMINI.dataHeartbeat(JsonObject.EMPTY, TELLING),
                GEMINI.replay(JsonObject.EMPTY, object("{'candidates':[{}]}"), TELLING).pause(),
                GEMINI.relay(event("{}"), TELLING).pause());
        beats.forEach(beat -> assertEquals(new SseEvent.Space(), beat));
    }

    /// No later event would close the line.
    @Test
    void doesNotBeatAfterTheFinish() {
        var end = event("{'candidates':[{'finishReason':'STOP'}]}");
        assertSame(SseEvent.NONE, GEMINI.relay(end, TELLING).pause());
    }

    @Test
    void keepsAnAnswerWithCandidatesUnchanged() throws InvalidAnswer {
        var body = object("{'candidates':[{'finishReason':'STOP'}],'x':1.0,'error':null}");
        assertSame(body, GEMINI.answer(body));
    }

    @Test
    void acceptsABlockedPromptAsAnAnswer() throws InvalidAnswer {
        var body = object("{'promptFeedback':{'blockReason':'SAFETY'}}");
        assertSame(body, GEMINI.answer(body));
    }

    @Test
    void refusesOtherBodies() {
        for (var body : List.of("{}", "{'candidates':[]}", "{'candidates':[1]}", "[]", "'text'",
                "{'candidates':{}}", "{'usageMetadata':{},'promptFeedback':null}", "[{}]")) {
            assertThrows(InvalidAnswer.class, () -> GEMINI.answer(json(body)), body);
        }
    }

    @Test
    void refusesAnErrorWithItsOwnMessageAndStatus() {
        var error = "{'error':{'code':503,'message':'overloaded','status':'UNAVAILABLE'}}";
        for (var body : List.of(error, "[" + error + "]")) {
            var thrown = assertThrows(InvalidAnswer.class,
                    () -> GEMINI.answer(json(body)));
            assertEquals("overloaded", thrown.error().message());
            assertEquals(503, thrown.error().status(502));
        }
    }

    @Test
    void acceptsAnArrayOfChunksAsACompleteStream() throws InvalidAnswer {
        var chunks = json("[{'candidates':[{'content':{'parts':[{'text':'a'}]}}]},"
                + "{'candidates':[{'content':{'parts':[{'text':'b'}]},'finishReason':'STOP'}]}]");
        assertEquals(object("{'candidates':[{'content':{'parts':[{'text':'ab'}]},"
                + "'finishReason':'STOP'}]}"), GEMINI.answer(chunks));
    }

    @Test
    void passesEventsUnchanged() {
        for (var data : List.of("{'candidates':[]}", "no json", "{'error':{'code':500}}")) {
            var event = event(data);
            assertSame(event, GEMINI.relay(event, TELLING).event());
        }
    }

    @Test
    void reportsTheProgressOfAStream() {
        assertProgress(Progress.OPEN, "{'candidates':[{'content':{'parts':[{'text':'a'}]}}]}");
        assertProgress(Progress.OPEN, "{'candidates':[{'finishReason':'STOP'},{'index':1}]}");
        assertProgress(Progress.OPEN, "{'usageMetadata':{}}");
        assertProgress(Progress.OPEN, "{'candidates':[],'promptFeedback':{}}");
        assertProgress(Progress.OPEN, "no json");
        assertProgress(Progress.WHOLE, "{'candidates':[{'finishReason':'MAX_TOKENS'}]}");
        assertProgress(Progress.WHOLE, "{'promptFeedback':{'blockReason':'OTHER'}}");
        assertProgress(Progress.FAILED, "{'error':{'code':500,'message':'x'}}");
    }

    @Test
    void writesItsOwnErrorsInGooglesForm() {
        var own = ApiError.invalidRequest("invalid_api_key", null, "no such key");
        assertEquals(object("{'error':{'code':401,'message':'no such key',"
                + "'status':'UNAUTHENTICATED'}}"), GEMINI.error(401, own));
    }

    @Test
    void usesGooglesNameOfEveryStatus() {
        var names = Stream.of(400, 401, 403, 404, 405, 413, 429, 500, 502, 503, 504, 529)
                .map(status -> GEMINI.error(status, ApiError.upstream(null, "x")))
                .map(body -> ((JsonObject) body.get("error")).string("status")).toList();
        assertEquals(List.of("INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED",
                "NOT_FOUND", "INVALID_ARGUMENT", "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED",
                "INTERNAL", "UNAVAILABLE", "UNAVAILABLE", "DEADLINE_EXCEEDED", "UNAVAILABLE"),
                names);
    }

    @Test
    void keepsAnErrorOfGoogleWithItsDetails() {
        var body = object("{'error':{'code':429,'message':'quota','status':'RESOURCE_EXHAUSTED',"
                + "'details':[{'@type':'type.googleapis.com/google.rpc.RetryInfo'}]}}");
        assertEquals(body, GEMINI.error(502, VendorError.in(body)));
        assertEquals(List.of(body), told(VendorError.in(body).withStatus(429)));
    }

    @Test
    void sendsAFailureThatMakesClientsThrow() {
        var event = GEMINI.failure(JsonObject.EMPTY,
                ApiError.upstream("upstream_timeout", "too slow"), TELLING).getFirst();
        assertEquals("data: {\"error\":{\"code\":504,\"message\":\"too slow\","
                + "\"status\":\"DEADLINE_EXCEEDED\"}}\n\n",
                new String(event.bytes(), StandardCharsets.UTF_8));
    }

    @Test
    void findsTheStatusOfAMidStreamFailure() {
        assertEquals(502, status("{'message':'x','code':'upstream_invalid'}"));
        assertEquals(413, status("{'message':'x','code':'413'}"));
        assertEquals(503, status("{'message':'x','code':14,'status':'UNAVAILABLE'}"));
        assertEquals(429, status("{'message':'x','type':'rate_limit_error'}"));
        assertEquals(400, status("{'message':'x','type':'invalid_request_error'}"));
        assertEquals(529, status("{'message':'x','code':529}"));
    }

    @Test
    void foldsAStreamIntoTheWholeAnswer() throws InvalidAnswer {
        var folded = GEMINI.fold(List.of(
                event("{'candidates':[{'content':{'role':'model','parts':[{'text':'hm',"
                        + "'thought':true}]},'index':0}],'usageMetadata':{'totalTokenCount':1}}"),
                event("{'candidates':[{'content':{'role':'model','parts':[{'text':'Hel'}]},"
                        + "'logprobsResult':{'chosenCandidates':[1]},'index':0}]}"),
                event("{'candidates':[{'content':{'role':'model','parts':[{'text':'lo'}]},"
                        + "'logprobsResult':{'chosenCandidates':[2]},'index':0}]}"),
                event("{'candidates':[{'content':{'role':'model','parts':[{'text':'',"
                        + "'thoughtSignature':'s'}]},'finishReason':'STOP','index':0}],"
                        + "'usageMetadata':{'totalTokenCount':9}}")));
        assertEquals(object("{'candidates':[{'content':{'role':'model','parts':["
                + "{'text':'hm','thought':true},{'text':'Hello','thoughtSignature':'s'}]},"
                + "'logprobsResult':{'chosenCandidates':[1,2]},'finishReason':'STOP','index':0}],"
                + "'usageMetadata':{'totalTokenCount':9}}"), folded);
    }

    @Test
    void neverAppendsTextToASignedText() throws InvalidAnswer {
        var body = "{'candidates':[{'content':{'parts':[{'text':'a','thoughtSignature':'s'},"
                + "{'text':'b'}]},'finishReason':'STOP'}]}";
        assertEquals(object(body), GEMINI.fold(List.of(event(body))));
    }

    @Test
    void refusesToFoldAStreamThatBreaksOffOrFails() {
        var open = event("{'candidates':[{'content':{'parts':[{'text':'a'}]}}]}");
        var error = event("{'error':{'code':503,'message':'overloaded'}}");
        assertEquals("upstream_truncated", foldError(List.of()).object().string("code"));
        assertEquals("upstream_truncated", foldError(List.of(open)).object().string("code"));
        assertEquals("overloaded", foldError(List.of(open, error)).message());
        assertFalse(foldError(List.of(event("{'candidates':[{'index':0}]}"))).message().isEmpty());
    }

    @Test
    void foldsABlockedPrompt() throws InvalidAnswer {
        var body = "{'promptFeedback':{'blockReason':'SAFETY'},'modelVersion':'m'}";
        assertEquals(object(body), GEMINI.fold(List.of(event(body))));
    }

    private static void assertProgress(Progress progress, String data) {
        assertEquals(progress, GEMINI.relay(event(data), TELLING).progress(), data);
    }

    private static ApiError foldError(List<SseEvent.Received> events) {
        return assertThrows(InvalidAnswer.class, () -> GEMINI.fold(events)).error();
    }

    private static int status(String error) {
        var told = told(VendorError.in(object("{'error':" + error + "}"))).getFirst();
        var body = (JsonObject) told.get("error");
        assertTrue(body.has("message"));
        return Integer.parseInt(body.get("code").toString());
    }

    private static List<JsonObject> told(ApiError error) {
        return GEMINI.failure(JsonObject.EMPTY, error, TELLING).stream()
                .map(event -> object(((SseEvent.Message) event).data())).toList();
    }

    /// JSON written with single quotes for readability.
    private static SseEvent.Received event(String data) {
        var text = data.replace('\'', '"');
        var bytes = ("data: " + text + "\n\n").getBytes(StandardCharsets.UTF_8);
        return new SseEvent.Received(bytes, "", text);
    }

    private static JsonObject object(String text) {
        return (JsonObject) json(text);
    }

    private static JsonValue json(String text) {
        try {
            return Json.parse(text.replace('\'', '"'));
        } catch (JsonException e) {
            throw new AssertionError(text, e);
        }
    }
}
