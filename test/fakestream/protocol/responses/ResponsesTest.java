package fakestream.protocol.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import fakestream.json.Json;
import fakestream.json.JsonException;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.protocol.ApiError;
import fakestream.protocol.InvalidAnswer;
import fakestream.protocol.RelayedEvent;
import fakestream.protocol.SseEvent;
import fakestream.protocol.StreamState;
import fakestream.protocol.VendorError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ResponsesTest {
    private static final StreamState TELLING = new StreamState("id", 7, 0, 30);

    private final Responses responses = new Responses();

    private static JsonObject json(String text) throws JsonException {
        return (JsonObject) Json.parse(text);
    }

    private ApiError refusal(String body) {
        return assertThrows(InvalidAnswer.class,
                () -> responses.answer(Json.parse(body)), body).error();
    }

    @Test
    void requestsTheWholeAnswerAndKeepsEverythingElse() throws JsonException {
        assertEquals("""
                {"model":"m","stream":false,"input":"x","tools":[\
                {"type":"image_generation","size":"s"},{"type":"own","partial_images":2},1]}""",
                responses.whole(json("""
                {"model":"m","stream":true,"input":"x","stream_options":{"a":1},"tools":[
                {"type":"image_generation","partial_images":2,"size":"s"},
                {"type":"own","partial_images":2},1]}""")).toString());
        assertEquals("{\"stream\":false}", responses.whole(JsonObject.EMPTY).toString());
    }

    @Test
    void acceptsAnyEndedResponseAsAnAnswer() throws JsonException, InvalidAnswer {
        for (var body : List.of("{\"object\":\"response\",\"output\":[]}",
                "{\"output\":[{}],\"error\":null}", "{\"output\":[],\"error\":\"\"}",
                "{\"object\":\"response\",\"status\":\"failed\",\"error\":{\"message\":\"m\"}}",
                "{\"output\":[],\"status\":\"incomplete\",\"error\":{}}")) {
            assertEquals(json(body), responses.answer(json(body)));
        }
    }

    @Test
    void refusesErrorsUnderAGoodStatus() {
        for (var body : List.of("{\"error\":{\"message\":\"m\"}}", "{\"error\":\"m\"}",
                "{\"error\":{\"message\":\"m\"},\"output\":[]}",
                "{\"status\":\"failed\",\"error\":{\"message\":\"m\"}}",
                "{\"object\":\"error\",\"message\":\"m\"}",
                "{\"type\":\"error\",\"error\":{\"message\":\"m\"}}")) {
            assertEquals("m", refusal(body).message(), body);
        }
    }

    @Test
    void refusesBodiesThatCannotBeStreamed() {
        for (var body : List.of("[]", "{}", "{\"choices\":[]}", "{\"output\":\"text\"}",
                "{\"output\":[1]}", "{\"object\":\"response\",\"output\":{}}")) {
            assertEquals("upstream_invalid", refusal(body).object().string("code"), body);
        }
    }

    @Test
    void numbersDataHeartbeats() {
        assertEquals(new SseEvent.Message("keepalive",
                "{\"type\":\"keepalive\",\"sequence_number\":2}", false),
                responses.dataHeartbeat(JsonObject.EMPTY, new StreamState("id", 7, 2, 30)));
        assertEquals(SseEvent.HEARTBEAT, responses.heartbeat());
    }

    @Test
    void sendsAFailureAsTwoEvents() throws JsonException {
        var events = responses.failure(json("{\"model\":\"m\"}"),
                ApiError.of("overloaded", "busy", null, "later"), new StreamState("id", 7, 3, 30));
        assertEquals(List.of(
                new SseEvent.Message("error", """
                        {"type":"error","sequence_number":3,"code":"busy","message":"later",\
                        "param":null,"error":{"message":"later","type":"overloaded","param":null,\
                        "code":"busy"}}""", false),
                new SseEvent.Message("response.failed", """
                        {"type":"response.failed","sequence_number":4,"response":{"id":"resp_id",\
                        "object":"response","created_at":7,"status":"failed","error":{\
                        "code":"busy","message":"later"},"incomplete_details":null,"model":"m",\
                        "output":[],"usage":null}}""", false)), events);
    }

    @Test
    void givesEveryFailureATextualCode() throws JsonException {
        for (var pair : List.of("{\"code\":429} 429", "{\"type\":\"kind\"} kind",
                "{\"type\":null} server_error", "{\"code\":null,\"type\":\"kind\"} kind")) {
            var words = pair.split(" ");
            var events = responses.failure(JsonObject.EMPTY,
                    VendorError.in(json("{\"error\":%s}".formatted(words[0]))), TELLING);
            var response = (JsonObject) ResponsesAccumulator.data(events.get(1)).get("response");
            assertEquals(words[1], ((JsonObject) response.get("error")).string("code"));
        }
    }

    /// Codex repeats the request six times at any other code.
    @Test
    void marksFailuresCausedByTheRequest() throws JsonException {
        for (var pair : List.of("{\"code\":\"bad_thing\"} 400 invalid_prompt",
                "{\"code\":\"context_length_exceeded\"} 400 context_length_exceeded",
                "{\"type\":\"invalid_request_error\",\"code\":null} 0 invalid_prompt",
                "{\"code\":\"insufficient_quota\"} 429 insufficient_quota",
                "{\"code\":\"slow\"} 429 slow", "{\"code\":\"slow\"} 503 slow",
                "{\"code\":\"x\"} 408 x", "{\"code\":\"x\"} 401 invalid_prompt")) {
            var words = pair.split(" ");
            var error = new ApiError(json(words[0]).with("message",
                    new JsonString("m")), Integer.parseInt(words[1]));
            var failed = responses.failure(JsonObject.EMPTY, error, TELLING).get(1);
            var response = (JsonObject) ResponsesAccumulator.data(failed).get("response");
            assertEquals(words[2], ((JsonObject) response.get("error")).string("code"), pair);
        }
    }

    @Test
    void sendsCodeAndParameterAsTextBesideTheUnchangedError() throws JsonException {
        var events = responses.failure(JsonObject.EMPTY, VendorError.in(json("""
                {"error":{"message":"m","code":429,"param":["a"]}}""")), TELLING);
        assertEquals("""
                {"type":"error","sequence_number":0,"code":"429","message":"m","param":"[\\"a\\"]",\
                "error":{"message":"m","type":"upstream_error","param":["a"],"code":429}}""",
                ResponsesAccumulator.data(events.getFirst()).toString());
    }

    @Test
    void readsItsOwnFailure() throws JsonException {
        var failure = responses.failure(JsonObject.EMPTY,
                ApiError.of("overloaded", "busy", "p", "later"), TELLING);
        var event = (SseEvent.Message) failure.getFirst();
        var received = received(event.type(), event.data());
        assertEquals(RelayedEvent.Progress.FAILED, responses.relay(received, TELLING).progress());
        assertEquals(ApiError.of("overloaded", "busy", "p", "later"), assertThrows(
                InvalidAnswer.class, () -> responses.fold(List.of(received))).error());
    }

    @Test
    void foldsTheResponseThatEndsTheStream() throws JsonException, InvalidAnswer {
        for (var end : List.of("completed", "incomplete", "failed")) {
            var response = json("""
                    {"id":"r","error":{"message":"m"},"output":[{"id":"i"}],"n":1.0}""");
            var data = new JsonObject.Builder().add("type", "response." + end)
                    .add("response", response).build();
            assertEquals(response, responses.fold(List.of(received("", "{\"type\":\"x\"}"),
                    received("response." + end, data.toString()), received("", "[DONE]"))));
        }
    }

    @Test
    void foldsTheItemsIfTheResponseHasNone() throws InvalidAnswer {
        assertEquals("{\"output\":[{\"id\":\"a\"},{\"id\":\"b\"}]}", responses.fold(List.of(
                item(1, "b"), item(0, "a"),
                received("response.completed", "{\"response\":{\"output\":[]}}"))).toString());
        assertEquals("{\"output\":[]}", responses.fold(List.of(
                received("response.completed", "{\"response\":{\"output\":[]}}"))).toString());
    }

    private static SseEvent.Received item(int index, String id) {
        return received("response.output_item.done",
                "{\"output_index\":%d,\"item\":{\"id\":\"%s\"}}".formatted(index, id));
    }

    @Test
    void refusesToFoldAStreamThatBreaksOffOrFails() {
        var broken = assertThrows(InvalidAnswer.class, () -> responses.fold(List.of(item(0, "a"))));
        assertEquals("upstream_truncated", broken.error().object().string("code"));
        for (var data : List.of("{\"type\":\"error\",\"error\":{\"message\":\"m\"}}",
                "{\"type\":\"error\",\"message\":\"m\",\"code\":\"c\",\"sequence_number\":1}",
                "{\"error\":{\"message\":\"m\"}}", "{\"error\":\"m\"}")) {
            var failed = assertThrows(InvalidAnswer.class,
                    () -> responses.fold(List.of(received("", data))), data);
            assertEquals("m", failed.error().message());
            assertEquals("upstream_error", failed.error().object().string("type"));
        }
    }

    @Test
    void passesEventsUnchanged() {
        for (var pair : List.of("{\"type\":\"response.created\",\"sequence_number\":0} OPEN",
                "[DONE] OPEN", "{} OPEN", "{\"type\":\"response.completed\"} WHOLE",
                "{\"type\":\"response.incomplete\"} WHOLE",
                "{\"type\":\"response.failed\",\"response\":{\"error\":{}}} WHOLE",
                "{\"type\":\"error\"} FAILED", "{\"error\":{\"code\":1}} FAILED")) {
            var words = pair.split(" ");
            var event = received("", words[0]);
            var progress = RelayedEvent.Progress.valueOf(words[1]);
            assertEquals(new RelayedEvent(event, SseEvent.HEARTBEAT, progress),
                    responses.relay(event, TELLING), pair);
        }
        var typed = received("response.completed", "{}");
        assertEquals(RelayedEvent.Progress.WHOLE, responses.relay(typed, TELLING).progress());
    }

    @Test
    void renumbersEventsAfterHeartbeats() throws JsonException {
        var begun = new StreamState("id", 7, 2, 30);
        var relayed = responses.relay(
                received("x", "{\"type\":\"x\",\"sequence_number\":5,\"n\":1.0}"), begun);
        assertEquals(new SseEvent.Message("x",
                "{\"type\":\"x\",\"sequence_number\":7,\"n\":1.0}", false), relayed.event());
        for (var data : List.of("{\"type\":\"x\"}", "{\"sequence_number\":1.5}", "[DONE]")) {
            var event = received("", data);
            assertEquals(event, responses.relay(event, begun).event());
        }
    }

    private static SseEvent.Received received(String type, String data) {
        var text = (type.isEmpty() ? "" : "event: " + type + "\n") + "data: " + data + "\n\n";
        return new SseEvent.Received(text.getBytes(StandardCharsets.UTF_8), type, data);
    }
}
