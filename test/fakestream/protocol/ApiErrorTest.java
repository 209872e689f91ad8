package fakestream.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import fakestream.protocol.chat.Chunks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiErrorTest {

    @Test
    void hasAllFourMembersOfOpenAi() {
        assertEquals("{\"error\":{\"message\":\"m\",\"type\":\"t\",\"param\":\"p\","
                + "\"code\":\"c\"}}", ApiError.of("t", "c", "p", "m").body().toString());
        assertEquals("{\"message\":\"m\",\"type\":\"upstream_error\",\"param\":null,"
                + "\"code\":\"c\"}", ApiError.upstream("c", "m").object().toString());
        assertEquals("{\"message\":\"m\",\"type\":\"invalid_request_error\",\"param\":\"p\","
                + "\"code\":null}", ApiError.invalidRequest(null, "p", "m").object().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'error':{'message':'m','type':'t','param':'p','code':'c'}}"
            + " -> {'message':'m','type':'t','param':'p','code':'c'}",
        "{'error':{'code':429,'message':'m','metadata':{'a':1.0}},'user_id':'u'}"
            + " -> {'message':'m','type':'upstream_error','param':null,'code':429,"
            + "'metadata':{'a':1.0}}",
        "{'error':{'message':'m','type':null,'param':null,'code':null}}"
            + " -> {'message':'m','type':null,'param':null,'code':null}",
        "{'error':'m','hint':'h'}"
            + " -> {'message':'m','type':'upstream_error','param':null,'code':null,'hint':'h'}",
        "{'object':'error','message':'m','type':'t','param':null,'code':400}"
            + " -> {'message':'m','type':'t','param':null,'code':400,'object':'error'}",
        "{'type':'error','message':'m'}"
            + " -> {'message':'m','type':'upstream_error','param':null,'code':null}",
        "{'detail':'Not Found'} -> {'message':'Not Found','type':'upstream_error','param':null,"
            + "'code':null,'detail':'Not Found'}",
    })
    void isReadFromEveryFormOfUpstreamError(String bodyAndError) {
        var parts = bodyAndError.split(" -> ");
        assertEquals(Chunks.json(parts[1]).toString(),
                VendorError.in(Chunks.json(parts[0])).object().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'message':{'a':1}}", "{'detail':[{'loc':'body'}]}"})
    void hasAMessageEvenIfTheUpstreamGivesNone(String body) {
        var error = VendorError.in(Chunks.json("{'error':" + body + "}"));
        assertEquals("the upstream failed: " + Chunks.json(body), error.message());
        assertEquals(error.message(), VendorError.in(Chunks.json(body)).message());
    }

    @ParameterizedTest
    @ValueSource(strings = {"server_error", "upstream_error", "tokens", "requests"})
    void hasTheStatusAsCodeIfTheTypeIsTooGeneral(String type) {
        var error = ApiError.of(type, null, null, "m").withStatus(429);
        assertEquals("{\"message\":\"m\",\"type\":\"" + type + "\",\"param\":null,"
                + "\"code\":\"429\"}", error.object().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"insufficient_quota", "rate_limit_error", "authentication_error",
        "permission_error", "not_found_error", "invalid_request_error", "Bad_Request",
        "context_length_exceeded", "overloaded_error", "timeout"})
    void staysUnchangedIfItsTypeIsSpecific(String type) {
        var error = ApiError.of(type, null, null, "m");
        assertEquals(error.object(), error.withStatus(500).object());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'c'", "429"})
    void keepsTheUpstreamsCode(String code) {
        var error = VendorError.in(Chunks.json("{'error':{'message':'m','code':" + code + "}}"));
        assertEquals(error.object(), error.withStatus(500).object());
    }
}
