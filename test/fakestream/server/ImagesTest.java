package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Images through the whole proxy: painted from JSON, and changed by a form.
final class ImagesTest {
    private static final String PAINT = "/v1/images/generations";
    private static final String EDIT = "/v1/images/edits";
    private static final String ASKED =
            "{\"model\":\"m\",\"prompt\":\"a cat\",\"stream\":true,\"partial_images\":2}";
    private static final String WHOLE = "{\"model\":\"m\",\"prompt\":\"a cat\"}";
    private static final String ANSWER = "{\"created\":7,\"background\":\"opaque\","
            + "\"output_format\":\"png\",\"quality\":\"low\",\"size\":\"1x1\",\"data\":["
            + "{\"b64_json\":\"aGk=\"}],\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}";
    private static final String EVENT = "{\"b64_json\":\"aGk=\",\"created_at\":7,"
            + "\"background\":\"opaque\",\"output_format\":\"png\",\"quality\":\"low\","
            + "\"size\":\"1x1\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4},\"type\":\"";
    private static final String REFUSED = "{\"error\":{\"message\":\"Unsafe.\",\"type\":"
            + "\"image_generation_user_error\",\"param\":null,\"code\":\"moderation_blocked\"}}";
    private static final String FORM = "Content-Type: multipart/form-data; boundary=b-1";
    private static final String PARTIAL = "event: image_generation.partial_image\n"
            + "data: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"cA==\"}\n\n";
    private static final String COMPLETED = "event: image_generation.completed\n"
            + "data: {\"type\":\"image_generation.completed\",\"b64_json\":\"aGk=\"}\n\n";

    private static SseClient send(TestProxy proxy, String path, String body, String... fields) {
        var all = new String[fields.length + 1];
        all[0] = TestProxy.KEY;
        System.arraycopy(fields, 0, all, 1, fields.length);
        return SseClient.reading(proxy.connect().request("POST", path, body, all));
    }

    private static String part(String name, String content) {
        return "--b-1\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content
                + "\r\n";
    }

    private static String file() {
        return "--b-1\r\nContent-Disposition: form-data; name=\"image[]\"; filename=\"a.png\"\r\n"
                + "Content-Type: image/png\r\n\r\n" + "\u0089PNG\r\n\0".repeat(5000) + "\r\n";
    }

    /// Answers when the client has got two parts of its response.
    private static void late(String path, String body, Script script, Check check,
            String... settings) {
        var gate = new CountDownLatch(1);
        try (var upstream = ScriptedUpstream.start(call -> {
                    Waiting.open(gate);
                    script.play(call);
                });
                var proxy = TestProxy.before(upstream, settings);
                var client = send(proxy, path, body)) {
            client.next();
            client.next();
            gate.countDown();
            check.check(client);
        }
    }

    @FunctionalInterface
    private interface Check {
        void check(SseClient client);
    }

    @Test
    void asksForAWholeAnswerAndSendsHeartbeatsWhileItIsPainted() {
        late(PAINT, ASKED, call -> {
            assertEquals("POST /v1/images/generations HTTP/1.1", call.requestLine());
            assertEquals("application/json", call.headers().get("content-type"));
            assertEquals(WHOLE, call.body());
            call.json(200, ANSWER);
        }, client -> {
            assertEquals("text/event-stream; charset=utf-8", client.headers().get("content-type"));
            assertEquals(SseClient.HEARTBEAT.repeat(2) + "event: image_generation.completed\n"
                    + "data: " + EVENT + "image_generation.completed\"}\n\n", client.body());
            assertTrue(client.ending().whole());
        }, "COMMIT_AFTER_MS=20", "HEARTBEAT_INTERVAL_MS=500");
    }

    /// The upstream gets the form that the client has sent, except its two members.
    @Test
    void changesAnImageByAForm() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream);
                var client = send(proxy, EDIT, part("model", "m") + part("stream", "true") + file()
                        + part("partial_images", "1") + part("size", "2x2") + "--b-1--\r\n",
                        FORM)) {
            assertEquals(List.of(EVENT + "image_edit.completed\"}"), client.data());
            var call = upstream.call();
            assertEquals("POST /v1/images/edits HTTP/1.1", call.requestLine());
            assertEquals("multipart/form-data; boundary=b-1", call.headers().get("content-type"));
            assertEquals(part("model", "m") + file() + part("size", "2x2") + "--b-1--\r\n",
                    call.body());
            var line = proxy.accessLine();
            assertTrue(line.contains(EDIT) && line.contains("model=m"), line);
        }
    }

    @Test
    void changesAnImageByJson() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream);
                var client = send(proxy, EDIT, ASKED)) {
            assertEquals(List.of(EVENT + "image_edit.completed\"}"), client.data());
            assertEquals(WHOLE, upstream.call().body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {PAINT, EDIT})
    void passesAWholeAnswerUnchanged(String path) {
        var answer = "{ \"created\" : 7.0,\"data\":[{\"url\":\"u\"}] , \"x\":null}";
        try (var upstream = ScriptedUpstream.answering(200, answer, "x-request-id: req_1");
                var proxy = TestProxy.before(upstream);
                var client = send(proxy, path, WHOLE)) {
            assertEquals(answer, client.body());
            assertEquals("application/json", client.headers().get("content-type"));
            assertEquals("req_1", client.headers().get("x-upstream-request-id"));
            assertEquals(WHOLE, upstream.call().body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {PAINT, EDIT})
    void keepsAWholeAnswerAlive(String path) {
        late(path, WHOLE, call -> call.json(200, ANSWER), client -> {
            assertTrue(client.body().startsWith("\n\n"), client::body);
            assertEquals(ANSWER, client.body().strip());
        }, "NONSTREAM_KEEPALIVE_MS=50");
    }

    @Test
    void keepsTheStatusOfAnEarlyError() {
        try (var upstream = ScriptedUpstream.answering(400, REFUSED);
                var proxy = TestProxy.before(upstream);
                var client = send(proxy, PAINT, ASKED)) {
            assertEquals("moderation_blocked", client.response().error(400).string("code"));
        }
    }

    @Test
    void tellsALateErrorInTheStreamAndBreaksItOff() {
        late(PAINT, ASKED, call -> call.json(400, REFUSED), client -> {
            assertEquals(ClientResponse.error(ClientResponse.object(REFUSED)), client.error());
            assertFalse(client.ending().whole());
        }, "COMMIT_AFTER_MS=20", "HEARTBEAT_INTERVAL_MS=500");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"created\":7,\"data\":[]}", "{\"error\":{\"message\":\"No.\"}}",
        "<html>Busy</html>", ""})
    void tellsNoAnswerWithoutAnImage(String body) {
        try (var upstream = ScriptedUpstream.start(call -> call.answer(200, "text/html", body));
                var proxy = TestProxy.before(upstream);
                var streamed = send(proxy, PAINT, ASKED); var whole = send(proxy, PAINT, WHOLE)) {
            streamed.response().error(502);
            whole.response().error(502);
        }
    }

    @Test
    void refusesABadForm() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream)) {
            for (var body : List.of("", part("stream", "true"), "{}", part("stream", "maybe")
                    + "--b-1--")) {
                try (var client = send(proxy, EDIT, body, FORM)) {
                    client.response().error(400);
                }
            }
            try (var client = send(proxy, "/v1/chat/completions", part("a", "b") + "--b-1--",
                    FORM)) {
                assertTrue(client.response().error(400).string("message").contains("not JSON"));
            }
            assertEquals(0, upstream.count());
        }
    }

    @Test
    void relaysTheUpstreamsOwnStreamInModeReal() {
        try (var upstream = ScriptedUpstream.start(
                        ScriptedUpstream.events(PARTIAL, PARTIAL, COMPLETED));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = send(proxy, PAINT, ASKED);
                var form = send(proxy, EDIT, part("stream", "true") + file() + "--b-1--", FORM)) {
            assertEquals(PARTIAL + PARTIAL + COMPLETED, client.body());
            assertTrue(client.ending().whole());
            assertEquals(PARTIAL + PARTIAL + COMPLETED, form.body());
            var bodies = List.of(upstream.call().body(), upstream.call().body());
            assertTrue(bodies.contains(ASKED), bodies::toString);
            assertTrue(bodies.contains(part("stream", "true") + file() + "--b-1--"));
        }
    }

    @Test
    void relaysALargeImage() {
        var event = COMPLETED.replace("aGk=", "A".repeat(8 << 20));
        try (var upstream = ScriptedUpstream.start(ScriptedUpstream.events(PARTIAL, event));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = send(proxy, PAINT, ASKED)) {
            assertEquals(PARTIAL + event, client.body());
            assertTrue(client.ending().whole());
        }
    }

    /// Partial images are no answer.
    @ParameterizedTest
    @ValueSource(strings = {PARTIAL, PARTIAL + "data: [DONE]\n\n", ""})
    void tellsThatAnUpstreamsStreamHasEndedTooEarly(String events) {
        try (var upstream = ScriptedUpstream.start(ScriptedUpstream.events(events + "\n"));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=real");
                var client = send(proxy, PAINT, ASKED)) {
            assertTrue(client.status() == 502 || client.error().string("code")
                    .equals("upstream_truncated") && !client.ending().whole(), client::body);
        }
    }

    @Test
    void foldsAStreamForAClientThatAsksForNone() {
        try (var upstream = ScriptedUpstream.start(ScriptedUpstream.events(PARTIAL, COMPLETED));
                var proxy = TestProxy.before(upstream);
                var client = send(proxy, PAINT, WHOLE)) {
            assertEquals("{\"data\":[{\"b64_json\":\"aGk=\"}]}", client.body());
        }
    }

    /// The refusal is remembered, for forms and JSON alike.
    @Test
    void asksForAWholeAnswerWhereStreamsAreRefusedInModeAuto() {
        var refusal = REFUSED.replace("null", "\"stream\"");
        try (var upstream = ScriptedUpstream.start(call -> {
                    if (call.body().contains("stream")) {
                        call.json(400, refusal);
                    } else {
                        call.json(200, ANSWER);
                    }
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto")) {
            try (var client = send(proxy, EDIT, part("model", "m") + part("stream", "True")
                    + file() + "--b-1--", FORM)) {
                assertEquals(List.of(EVENT + "image_edit.completed\"}"), client.data());
            }
            try (var client = send(proxy, PAINT, ASKED)) {
                assertEquals(List.of(EVENT + "image_generation.completed\"}"), client.data());
            }
            assertEquals(3, upstream.count());
        }
    }

    /// Clients choose a new boundary for each try. Another text or another file is another request.
    @Test
    void sharesTheCallOfARepeatedForm() {
        try (var upstream = ScriptedUpstream.answering(200, ANSWER);
                var proxy = TestProxy.before(upstream, "IDEMPOTENCY_WINDOW_MS=60000")) {
            var form = part("stream", "true") + part("a", "b") + file() + "--b-1--\r\n";
            for (var body : List.of(form, form.replace("b-1", "b-2"), form.replace("\nb", "\nc"),
                    form.replace("PNG", "GIF"))) {
                try (var client = send(proxy, EDIT, body, "Idempotency-Key: k",
                        FORM.replace("b-1", body.substring(2, 5)))) {
                    assertEquals(List.of(EVENT + "image_edit.completed\"}"), client.data());
                }
            }
            assertEquals(3, upstream.count());
        }
    }

    /// An image of 8 MB is one line, and the client gets every byte of it.
    @Test
    void sendsALargeImageInOneLine() {
        var image = "iVBORw0KGgo" + "A".repeat(8 << 20);
        try (var upstream = ScriptedUpstream.answering(200, ANSWER.replace("aGk=", image));
                var proxy = TestProxy.before(upstream, "UPSTREAM_TIMEOUT_MS=60000");
                var client = send(proxy, PAINT, ASKED)) {
            assertEquals(List.of(EVENT.replace("aGk=", image) + "image_generation.completed\"}"),
                    client.data());
            assertTrue(client.ending().whole());
        }
    }
}
