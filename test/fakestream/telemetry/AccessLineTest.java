package fakestream.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.json.JsonNumber;
import fakestream.json.JsonObject;
import fakestream.json.JsonString;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.SseClient;
import fakestream.testing.TestProxy;
import fakestream.testing.Waiting;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The access log line of each kind of request, in each format.
final class AccessLineTest {
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z";
    private static final String CHAT = "/v1/chat/completions";
    private static final String USAGE = "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}";
    private static final String[] FIELDS = {TestProxy.KEY, "X-Request-Id: req-1",
        "User-Agent: SDK/1.0 \"x\"", "Connection: close"};

    /// A client's request, the upstream's answer, and the details in the log line.
    ///
    /// @param details a pattern for the text of each detail
    private enum Asked {
        FAKE("POST", CHAT, Chats.STREAM, 200, "", call -> call.json(200, answer(),
                "X-Request-Id: up"), "upstream=\\d+ms", "first=\\d+ms", "content=\\d+ms",
                "beats=[1-9]\\d*", "chunks=[4-9]", "mode=fake", "kind=unknown",
                "model=m", "in=5", "out=7", "upstream_id=up"),
        WHOLE("POST", CHAT, Chats.WHOLE, 200, "", call -> call.json(200, answer()),
                "upstream=\\d+ms", "mode=whole", "model=m", "in=5", "out=7"),
        REAL("POST", CHAT, Chats.STREAM.replace("\"m\"", "\"real\""), 200, "", call -> {
            call.begin("text/event-stream");
            call.chunk(": comment\n\n" + Chats.event("{\"content\":\"Hi\"}") + Chats.finish());
            call.chunk("data: {\"choices\":[]," + USAGE + "}\n\ndata: [DONE]\n\n");
            call.end();
        }, "upstream=\\d+ms", "first=\\d+ms", "content=\\d+ms", "beats=[1-9]\\d*", "chunks=4",
                "mode=real", "kind=unknown", "model=real", "in=5", "out=7"),
        PASS("POST", "/v1/embeddings", "{\"model\":\"m\"}", 200, "", call ->
                call.json(200, "{}"), "upstream=\\d+ms", "first=\\d+ms", "mode=pass"),
        MODELS("GET", "/v1/models", "", 200, "", call -> call.json(200, "{}"),
                "upstream=\\d+ms", "mode=whole"),
        PAGE("GET", "/", "", 200, "", null, "mode=page"),
        REFUSED("POST", CHAT, "{", 400, "", null, "mode=page", "error=invalid_request_error"),
        ERROR("POST", CHAT, Chats.WHOLE, 429, "", call -> call.json(429,
                Chats.error("tokens", "\"rate_limit_exceeded\"", "Slower.")), "upstream=\\d+ms",
                "mode=whole", "model=m", "error=rate_limit_exceeded"),
        BROKEN("POST", CHAT, Chats.STREAM, 200, "broken off", call -> call.json(500, "{}"),
                "upstream=\\d+ms", "first=\\d+ms", "beats=[1-9]\\d*", "chunks=0", "mode=fake",
                "kind=unknown", "model=m", "error=.+"),
        UNREACHED("POST", CHAT, Chats.WHOLE, 502, "", call -> call.reset(), "upstream=\\d+ms",
                "mode=whole", "model=m", "error=upstream_closed"),
        LEFT("POST", CHAT, Chats.STREAM, 499, "client left", call -> call.sawClose(),
                "upstream=\\d+ms", "first=\\d+ms", "beats=[1-9]\\d*", "chunks=0", "mode=fake",
                "kind=unknown", "model=m");

        private final String method;
        private final String path;
        private final String body;
        private final int status;
        private final String outcome;
        private final ScriptedUpstream.Script script;
        private final List<String> details;

        Asked(String method, String path, String body, int status, String outcome,
                ScriptedUpstream.Script script, String... details) {
            this.method = method;
            this.path = path;
            this.body = body;
            this.status = status;
            this.outcome = outcome;
            this.script = script;
            this.details = List.of(details);
        }

        private static String answer() {
            return Chats.completion("Hello.").replaceFirst("\\}$", "," + USAGE + "}");
        }

        /// The line that the request leaves in a log of this format.
        private String line(String form) {
            var seen = new CountDownLatch(1);
            try (var upstream = ScriptedUpstream.start(call -> {
                        Waiting.open(seen);
                        script.play(call);
                    });
                    var proxy = TestProxy.before(upstream, "ACCESS_LOG=" + form,
                            "COMMIT_AFTER_MS=0", "STREAM_MODE_MODELS=real=real");
                    var connection = proxy.connect()) {
                connection.request(method, path + "?key=sk-query", body, FIELDS);
                if (body.contains("\"stream\":true")) {
                    readStream(connection, seen);
                } else {
                    seen.countDown();
                    connection.response();
                }
                return proxy.wholeAccessLine();
            }
        }

        private void readStream(RawClient connection, CountDownLatch seen) {
            try (var client = SseClient.reading(connection)) {
                assertTrue(client.next().isHeartbeat());
                seen.countDown();
                if (this == LEFT) {
                    client.leave();
                } else {
                    client.ending();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void writesTextForPeople(Asked asked) {
        var line = asked.line("text");
        var outcome = asked.outcome.isEmpty() ? "" : asked.outcome + " ";
        var details = Stream.concat(Stream.of("id=req-1", "client=127.0.0.1"),
                asked.details.stream()).collect(Collectors.joining(" "));
        assertTrue(line.matches(TIME + " " + asked.method + " " + asked.path + " " + asked.status
                + " \\d+B \\d+ms " + outcome + details), line);
    }

    @ParameterizedTest
    @EnumSource
    void writesJsonForPrograms(Asked asked) {
        var line = ClientResponse.object(asked.line("json"));
        assertTrue(line.string("time").matches(TIME), line::toString);
        assertEquals(asked.method, line.string("method"));
        assertEquals(asked.path, line.string("path"));
        assertEquals(JsonNumber.of(asked.status), line.get("status"));
        assertEquals(asked.outcome.isEmpty() ? "ok" : asked.outcome.replace(' ', '_'),
                line.string("outcome"));
        assertTrue(line.get("bytes") instanceof JsonNumber);
        assertTrue(line.get("total_ms") instanceof JsonNumber);
        assertEquals("req-1", line.string("id"));
        assertEquals("127.0.0.1", line.string("client"));
        assertEquals(9 + asked.details.size(), line.members().size(), line::toString);
        asked.details.forEach(detail -> assertHas(line, detail));
    }

    private static void assertHas(JsonObject line, String detail) {
        var isTime = detail.endsWith("ms");
        var name = detail.replaceFirst("=.*", "");
        var value = line.get(isTime ? name + "_ms" : name);
        var text = value instanceof JsonString(var string) ? string
                : value + (isTime ? "ms" : "");
        assertTrue((name + "=" + text).matches(detail), line::toString);
    }

    @ParameterizedTest
    @EnumSource
    void writesTheCombinedFormatOfWebServers(Asked asked) {
        var line = asked.line("combined");
        assertTrue(line.matches("127\\.0\\.0\\.1 - - \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:"
                + "\\d\\d [+]0000] " + Pattern.quote("\"" + asked.method + " " + asked.path
                + " HTTP/1.1\" " + asked.status) + " \\d+ " + Pattern.quote("\"-\" \"SDK/1.0 "
                + "\\\"x\\\"\"")), line);
    }

    @Test
    void staysShortWithLongModelNames() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream, "OPENAI_API_KEY=operators-own-key")) {
            proxy.chat(Chats.WHOLE.replace("\"m\"", "\"a\\\" status=200 "
                    + "x".repeat(175) + "operators-own-key\""));
            var line = proxy.accessLine();
            assertTrue(line.contains(" model=\"a\\\" status=200 xxx"), line);
            assertTrue(line.endsWith("xxx***\""), line);
        }
    }
}
