package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An upstream's error of any form and status reaches the client in the form of its API, with the
/// upstream's message and status.
final class VendorErrorsTest {
    private static final String QUOTA = "{\"error\":{\"code\":429,\"message\":\"Quota.\","
            + "\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":"
            + "\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"34.07s\"}]}}";

    @ParameterizedTest
    @ValueSource(strings = {
        "402 {'error':{'message':'No.','code':402}}",
        "429 {'error':{'message':'No.','code':'429'}}",
        "401 {'code':401,'msg':'No.'}", "400 [{'error':{'message':'No.','code':400}}]",
        "402 {'base_resp':{'status_code':1008,'status_msg':'No.'},'choices':null}",
        "429 {'error':{'message':'No.','status':'RESOURCE_EXHAUSTED'}}",
        "400 {'object':'error','message':'No.','code':400}", "502 {'detail':'No.'}",
        "502 {'success':false,'errors':[{'code':7003,'message':'No.'}]}", "502 {'error':'No.'}",
        "502 {'message':'No.'}"})
    void getsTheStatusThatItsBodyNames(String statusAndBody) {
        var status = Integer.parseInt(statusAndBody.substring(0, 3));
        var body = statusAndBody.substring(4).replace('\'', '"');
        try (var upstream = ScriptedUpstream.answering(200, body);
                var events = ScriptedUpstream.start(call -> call.answer(200, "text/event-stream",
                        "data: " + body.replace("\"message\":\"No.\"}", "\"message\":\"No.\","
                                + "\"code\":502}") + "\n\ndata: [DONE]\n\n"));
                var proxy = TestProxy.before(upstream);
                var streams = TestProxy.before(events, "STREAM_MODE=real")) {
            assertEquals("No.", proxy.chat(Chats.WHOLE).error(status).string("message"));
            assertEquals("No.", proxy.chat(Chats.STREAM).error(status).string("message"));
            assertEquals(2, upstream.count());
            assertEquals("No.", streams.chat(Chats.STREAM).error(status).string("message"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'error':'No.'}", "{'detail':'No.'}", "{'code':5,'msg':'No.'}",
        "{'detail':[{'loc':[],'msg':'No.'}]}", "[{'error':{'message':'No.'}}]",
        "{'success':false,'errors':[{'code':7003,'message':'No.'}]}", "{'message':'No.'}"})
    void getsTheFormOfTheApiUnderAnErrorStatus(String body) {
        try (var upstream = ScriptedUpstream.answering(422, body.replace('\'', '"'));
                var proxy = TestProxy.before(upstream)) {
            for (var request : new String[] {Chats.WHOLE, Chats.STREAM}) {
                var message = proxy.chat(request).error(422).string("message");
                assertTrue(message.endsWith("No."), message);
            }
            var messages = proxy.request("POST", Api.MESSAGES.target(), Api.MESSAGES.request(),
                    Api.MESSAGES.key());
            assertEquals("invalid_request_error", Api.MESSAGES.kindOf(messages.json()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void getsTheFormOfTheApiBeforeAndAfterTheCommit(Api api) {
        try (var upstream = ScriptedUpstream.answering(200,
                        "{\"base_resp\":{\"status_code\":1002,\"status_msg\":\"Slow.\"}}");
                var proxy = TestProxy.before(upstream); var client = api.stream(proxy)) {
            assertEquals(429, client.status());
            assertTrue(client.body().contains("\"message\":\"Slow.\""), client::body);
        }
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    call.json(200, "{\"code\":429,\"msg\":\"Slow.\"}");
                });
                var proxy = TestProxy.before(upstream, "COMMIT_AFTER_MS=0");
                var client = api.stream(proxy)) {
            client.next();
            gate.countDown();
            assertFalse(client.ending().whole());
            assertTrue(client.body().contains("\"message\":\"Slow.\""), client::body);
            assertTrue(client.body().contains(api.pick("429", "rate_limit_error",
                    "RESOURCE_EXHAUSTED")), client::body);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "[]", "\"\"", "0", "false",
        "{\"message\":\"\",\"code\":null}"})
    void isIgnoredIfItIsEmptyBesideGoodChoices(String error) {
        var beside = "{\"error\":" + error + ",\"base_resp\":{\"status_code\":0,\"status_msg\":"
                + "\"\"},\"code\":0,\"msg\":\"success\",";
        var answer = Chats.completion("Hello.").replaceFirst("\\{", beside);
        var events = Chats.event("{\"content\":\"Hello.\"}").replaceFirst("\\{", beside)
                + Chats.finish().replaceFirst("\\{", beside) + "data: [DONE]\n\n";
        try (var upstream = ScriptedUpstream.answering(200, answer);
                var streaming = ScriptedUpstream.start(call -> call.answer(200,
                        "text/event-stream", events));
                var proxy = TestProxy.before(upstream); var real = TestProxy.before(streaming);
                var told = proxy.stream(Chats.STREAM); var passed = real.stream(Chats.STREAM)) {
            assertEquals(answer, proxy.chat(Chats.WHOLE).text());
            assertEquals("Hello.", told.content());
            assertEquals(events.replace("\"error\":" + error + ",", ""), passed.body());
            assertEquals(200, real.chat(Chats.WHOLE).status());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 429})
    void sendsGooglesDelayAsARetryAfter(int status) {
        try (var upstream = ScriptedUpstream.answering(status, QUOTA);
                var proxy = TestProxy.before(upstream, "RETRY_MAX=2")) {
            for (var request : new String[] {Chats.WHOLE, Chats.STREAM}) {
                var response = proxy.chat(request);
                assertEquals(429, response.status());
                assertEquals("35", response.header("retry-after"));
                var error = (JsonObject) response.json().get("error");
                assertEquals(JsonNumber.of(429), error.get("code"));
            }
            assertEquals(2, upstream.count(), "more than may be waited for");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 429})
    void keepsTheUpstreamsOwnRetryAfter(int status) {
        try (var upstream = ScriptedUpstream.answering(status, QUOTA, "Retry-After: 7");
                var proxy = TestProxy.before(upstream)) {
            assertEquals("7", proxy.chat(Chats.WHOLE).header("retry-after"));
            assertEquals("7", proxy.chat(Chats.STREAM).header("retry-after"));
        }
    }

    @Test
    void waitsForGooglesDelay() {
        var count = new AtomicInteger();
        var soon = QUOTA.replace("34.07s", "1.2s");
        try (var upstream = ScriptedUpstream.start(call -> {
                    switch (count.getAndIncrement()) {
                        case 0 -> call.json(429, soon);
                        case 1 -> call.json(200, soon);
                        default -> call.json(200, Chats.completion("Hello."));
                    }
                });
                var proxy = TestProxy.before(upstream, "RETRY_MAX=2")) {
            var started = System.nanoTime();
            assertEquals(200, proxy.chat(Chats.WHOLE).status());
            assertTrue(Waiting.millisSince(started) >= 2400);
            assertEquals(3, upstream.count());
        }
    }
}
