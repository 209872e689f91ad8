package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonBoolean;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The caller chooses the mode of a request: by a prefix of the model's name, or in a header.
final class ChosenModeTest {
    private static final String REFUSAL = "{\"error\":{\"message\":\"No.\",\"type\":\"t\","
            + "\"param\":\"stream\",\"code\":null}}";
    private static final String FORM = "Content-Type: multipart/form-data; boundary=b";

    private static String streamOf(String model) {
        return Chats.STREAM.replace("\"m\"", "\"" + model + "\"");
    }

    private static String form(String model) {
        return part("model", model) + part("stream", "true")
                + "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n"
                + "\r\n\u00ffPNG\r\n--b--\r\n";
    }

    private static String part(String name, String text) {
        return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text
                + "\r\n";
    }

    /// The model in the next line of the access log.
    private static String logged(TestProxy proxy) {
        return proxy.accessLine().replaceAll(".* model=(\\S+).*", "$1");
    }

    /// A stream of which only the request upstream matters.
    private static void stream(TestProxy proxy, String path, String body, String... fields) {
        try (var client = SseClient.reading(proxy.connect().request("POST", path, body,
                fields.length == 0 ? new String[] {TestProxy.KEY} : fields))) {
            assertEquals(200, client.status());
            assertFalse(client.body().contains("e/m"), client::body);
        }
    }

    @ParameterizedTest
    @CsvSource({"fake/m, real, , m, false", "real/m, fake, , m, true", "auto/m, fake, , m, true",
        "m, fake, real, m, true", "m, real, FAKE, m, false", "real/m, fake, fake, m, false",
        "fake/m, fake, ' auto ', m, true", "real/real/m, fake, , real/m, true",
        "fake/real/m, real, , real/m, false", "real/org/m:free, fake, , org/m:free, true",
        "tools/m, real, , tools/m, true", "Fake/m, real, , Fake/m, true",
        "real/, fake, , real/, false", "fake, real, , fake, true"})
    void asksForTheModelWithoutThePrefixInTheChosenMode(String model, String mode, String header,
            String asked, boolean streams) {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "STREAM_MODE=" + mode);
                var client = header == null ? proxy.stream(streamOf(model))
                        : proxy.stream(streamOf(model), "X-Stream-Mode: " + header)) {
            assertEquals("Hello.", client.content());
            assertTrue(client.body().contains("\"model\":\"m\""), client::body);
            var call = upstream.call();
            assertFalse(call.headers().containsKey("x-stream-mode"));
            var request = streamOf(asked);
            assertEquals(streams ? request : request.replace("true", "false"), call.body());
            assertEquals(asked, logged(proxy));
        }
    }

    @Test
    void keepsEachOtherByteOfARequest() {
        var request = "{ \"stream\" : true, \"x\":1.0e0,\"model\":\"%s\", \"messages\": [ ] ,"
                + "\"a\":\"\\u00e9\" }";
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            for (var model : new String[] {"real/m", "m"}) {
                proxy.stream(request.formatted(model), "X-Stream-Mode: real").close();
            }
            var prefixed = upstream.call().body();
            assertEquals(ClientResponse.object(upstream.call().body()),
                    ClientResponse.object(prefixed));
            assertTrue(prefixed.contains("\"x\":1.0e0") && prefixed.contains("\\u00e9"), prefixed);
        }
    }

    @Test
    void seesTheModelWithoutThePrefixInTheAnswer() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello.")
                        .replace("\"model\":\"m\",", ""));
                var proxy = TestProxy.before(upstream);
                var client = proxy.stream(streamOf("fake/mine"))) {
            assertTrue(client.body().contains("\"model\":\"mine\""), client::body);
        }
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            assertEquals(Chats.completion("Hello."),
                    proxy.chat(Chats.WHOLE.replace("\"m\"", "\"real/m\"")).text());
            assertEquals(Chats.WHOLE.replace("}]}", "}],\"stream\":false}"),
                    upstream.call().body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tools", "", "fake,real", "real real", "on"})
    void refusesAnotherModeInTheHeader(String word) {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            var error = proxy.chat(Chats.STREAM, "X-Stream-Mode: " + word).error(400);
            assertEquals("invalid_stream_mode", error.string("code"));
            assertEquals("the header X-Stream-Mode must be fake, real or auto",
                    error.string("message"));
            assertEquals(0, upstream.count());
        }
    }

    @Test
    void refusesTwoModes() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            proxy.chat(Chats.STREAM, "X-Stream-Mode: fake", "X-Stream-Mode: real").error(400);
        }
    }

    /// The settings for single models, their memory and the longest name.
    @Test
    void comparesTheModelWithoutThePrefix() {
        try (var upstream = ScriptedUpstream.start(call -> {
                    var streams = JsonBoolean.TRUE.equals(
                            ClientResponse.object(call.body()).get("stream"));
                    call.json(streams ? 400 : 200, streams ? REFUSAL : Chats.completion("Hello."));
                });
                var proxy = TestProxy.before(upstream, "STREAM_MODE_MODELS=m*=auto,auto/*=real")) {
            for (var model : new String[] {"auto/m", "m", "auto/m"}) {
                try (var client = proxy.stream(streamOf(model))) {
                    assertEquals("Hello.", client.content());
                }
            }
            assertEquals(4, upstream.count());
            try (var client = proxy.stream(streamOf("fake/" + "n".repeat(512)))) {
                assertEquals(200, client.status());
            }
            proxy.chat(streamOf("fake/" + "n".repeat(513))).error(400);
        }
    }

    @ParameterizedTest
    @CsvSource({"real/m, true", "fake/m, false"})
    void takesThePrefixOffAForm(String model, boolean streams) {
        try (var upstream = ScriptedUpstream.answering(200, "{\"data\":[{\"b64_json\":\"aGk=\"}]}");
                var proxy = TestProxy.before(upstream, "STREAM_MODE=auto")) {
            stream(proxy, "/v1/images/edits", form(model), TestProxy.KEY, FORM);
            var call = upstream.call();
            assertEquals(streams ? form("m") : form("m").replace(part("stream", "true"), ""),
                    call.body());
            assertEquals("m", logged(proxy));
        }
    }

    /// These pass on as they come otherwise.
    @Test
    void takesThePrefixOffARequestThatPassesOn() {
        try (var upstream = ScriptedUpstream.answering(200, "{\"text\":\"Hi.\"}");
                var proxy = TestProxy.before(upstream)) {
            for (var model : new String[] {"fake/m", "m"}) {
                var body = form(model).replace(part("stream", "true"), "");
                assertEquals("{\"text\":\"Hi.\"}", proxy.request("POST",
                        "/v1/audio/transcriptions", body, TestProxy.KEY, FORM).text());
                assertEquals(form("m").replace(part("stream", "true"), ""),
                        upstream.call().body());
            }
            proxy.request("POST", "/v1/audio/speech", "{\"model\":\"auto/m\",\"input\":\"Hi\"}",
                    TestProxy.KEY, "Content-Type: application/json");
            assertEquals("{\"model\":\"m\",\"input\":\"Hi\"}", upstream.call().body());
        }
    }

    @ParameterizedTest
    @CsvSource({"real/g, streamGenerateContent", "fake/g, generateContent",
        "real%2Fg, streamGenerateContent", "fake%2fg, generateContent", "g, generateContent"})
    void takesThePrefixOffAPath(String model, String method) {
        try (var upstream = ScriptedUpstream.answering(200, Api.gemini("Hello.", "\"STOP\""));
                var proxy = TestProxy.before(upstream)) {
            stream(proxy, "/v1beta/models/" + model + ":streamGenerateContent?alt=sse",
                    "{\"contents\":[]}", "x-goog-api-key: g-secret");
            var line = upstream.call().requestLine();
            assertTrue(line.startsWith("POST /v1beta/models/g:" + method), line);
            assertEquals("g", logged(proxy));
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, /v1/models/fake/m, /v1/models/m",
        "GET, /v1/models/auto%2Forg%2Fm, /v1/models/org%2Fm",
        "GET, /v1/models/real/real/m, /v1/models/real/m", "GET, /v1/models/fake, /v1/models/fake",
        "POST, /v1beta/models/fake/m:countTokens?a=b, /v1beta/models/m:countTokens?a=b"})
    void takesThePrefixOffOtherPathsOfAModel(String method, String path, String asked) {
        try (var upstream = ScriptedUpstream.answering(200, "{ \"id\":\"m\" }");
                var proxy = TestProxy.before(upstream)) {
            assertEquals("{ \"id\":\"m\" }",
                    proxy.request(method, path, "", TestProxy.KEY).text());
            assertEquals(method + " " + asked + " HTTP/1.1", upstream.call().requestLine());
        }
    }

    /// A client has one name for a model, and also counts tokens and makes embeddings with it.
    @Test
    void takesThePrefixOffOtherBodies() {
        var text = "x".repeat(100_000);
        try (var upstream = ScriptedUpstream.answering(200, "{ \"n\":1 }");
                var proxy = TestProxy.before(upstream)) {
            for (var body : new String[] {"{ \"model\" : \"%sm\", \"messages\":[\"fake/m\"]}",
                "{\"messages\":[{\"model\":\"fake/m\"}],\"model\":\"%sm\"}",
                "{\"model\":\"%sm\",\"input\":\"" + text + "\"}"}) {
                for (var prefix : new String[] {"fake/", "auto\\/", ""}) {
                    assertEquals("{ \"n\":1 }", proxy.request("POST", "/v1/messages/count_tokens",
                            body.formatted(prefix), TestProxy.KEY).text());
                    assertEquals(body.formatted(""), upstream.call().body());
                }
            }
            for (var body : new String[] {"{\"model\":\"tools/m\"}", "{ \"a\": \"fake/m\" }",
                "[\"model\", \"fake/m\"]", "{\"model\":\"fake\"}", "model=fake/m", "\"fake/m",
                "{\"input\":\"" + text + "\", \"model\":\"fake/m\"}", ""}) {
                proxy.request("POST", "/v1/embeddings", body, TestProxy.KEY);
                assertEquals(body, upstream.call().body());
            }
        }
    }

    /// Behind a prefix as before it, no path leaves its place.
    @ParameterizedTest
    @ValueSource(strings = {"/v1/models/fake/../files", "/v1/models/fake/..",
        "/v1/models/fake%2F%2e%2e/files", "/v1/models/../fake/m"})
    void refusesDotSegments(String target) {
        assertEquals(Route.Kind.NONE, Route.of(target, List.of(), false).kind());
    }
}
