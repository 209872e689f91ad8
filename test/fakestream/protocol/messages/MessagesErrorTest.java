package fakestream.protocol.messages;

import static fakestream.protocol.messages.MessagesWire.MESSAGES;
import static fakestream.protocol.messages.MessagesWire.TELLING;
import static fakestream.protocol.messages.MessagesWire.json;
import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.json.JsonObject;
import fakestream.protocol.ApiError;
import fakestream.protocol.SseEvent;
import fakestream.protocol.VendorError;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Failures in Anthropic's form, under a status and inside a stream.
final class MessagesErrorTest {
    @ParameterizedTest
    @CsvSource({"400,invalid_request_error", "401,authentication_error", "402,billing_error",
        "403,permission_error", "404,not_found_error", "405,invalid_request_error",
        "413,request_too_large", "429,rate_limit_error", "500,api_error", "502,api_error",
        "503,overloaded_error", "504,timeout_error", "529,overloaded_error"})
    void namesItsOwnFailuresByTheStatus(int status, String type) {
        var expected = json("{'type':'error','error':{'type':'" + type + "','message':'m',"
                + "'code':'c'}}");
        assertEquals(expected, MESSAGES.error(status, ApiError.upstream("c", "m")));
        if (status < 500) {
            assertEquals(expected, MESSAGES.error(status, ApiError.invalidRequest("c", null, "m")));
        }
    }

    @Test
    void keepsAnUpstreamsErrorUnchanged() {
        var body = "{'type':'error','error':{'type':'overloaded_error','message':'m',"
                + "'details':{'error_code':'x'},'n':1.0}}";
        assertEquals(json(body), MESSAGES.error(502, VendorError.in(json(body))));
        assertEquals(json(body), failure(VendorError.in(json(body)).withStatus(529)));
        var unknown = body.replace("overloaded_error", "error_of_tomorrow");
        assertEquals(json(unknown), failure(VendorError.in(json(unknown)).withStatus(418)));
    }

    @Test
    void keepsAnInvalidRequestErrorUnderAGoodStatus() {
        var body = json("{'type':'error','error':{'type':'invalid_request_error',"
                + "'message':'m'}}");
        assertEquals(body, MESSAGES.error(502, VendorError.in(body)));
        assertEquals(body, failure(VendorError.in(body)));
    }

    @Test
    void addsOnlyTheTypeToAnErrorOfAnotherForm() {
        assertEquals(json("{'type':'error','error':{'type':'overloaded_error','message':'m'}}"),
                failure(VendorError.in(json("{'error':'m'}")).withStatus(503)));
        assertEquals(json("{'type':'error','error':{'type':'rate_limit_error','message':'m',"
                + "'code':429,'metadata':{}}}"), failure(VendorError.in(json(
                        "{'error':{'message':'m','code':429,'metadata':{}}}")).withStatus(200)));
        assertEquals(json("{'type':'error','error':{'type':'api_error','message':'m'}}"),
                MESSAGES.error(502, VendorError.in(json("{'type':'error','message':'m'}"))));
    }

    @Test
    void derivesTheTypeFromTheCodeInsideAStream() {
        assertEquals("timeout_error", type(ApiError.upstream("upstream_timeout", "m")));
        assertEquals("api_error", type(ApiError.upstream("upstream_truncated", "m")));
        assertEquals("api_error", type(ApiError.of("server_error", null, null, "m")));
    }

    @Test
    void sendsAFailureAsAnErrorEvent() {
        var event = MESSAGES.failure(JsonObject.EMPTY, VendorError.in(json(
                "{'error':{'type':'api_error','message':'m'}}")), TELLING).getFirst();
        assertEquals("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\","
                + "\"message\":\"m\"}}\n\n", new String(event.bytes(), StandardCharsets.UTF_8));
    }

    private static String type(ApiError error) {
        return ((JsonObject) failure(error).get("error")).string("type");
    }

    private static JsonObject failure(ApiError error) {
        var events = MESSAGES.failure(JsonObject.EMPTY, error, TELLING);
        assertEquals(1, events.size());
        return json(((SseEvent.Message) events.getFirst()).data());
    }
}
