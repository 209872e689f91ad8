package fakestream.hostile;

import fakestream.json.JsonArray;
import fakestream.json.JsonObject;
import fakestream.testing.Call;
import fakestream.testing.Chats;
import fakestream.testing.ClientResponse;
import fakestream.testing.ScriptedUpstream.Script;
import fakestream.testing.TestProxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;

/// The table of upstream faults.
final class UpstreamCases {
    private static final String GOOD = Chats.completion("Hello.");
    private static final String JSON = "application/json";
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String GZIP = "Content-Encoding: gzip";
    private static final String HELLO = Chats.event("{\"role\":\"assistant\",\"content\":\"Hel\"}")
            + Chats.event("{\"content\":\"lo.\"}");

    private final List<UpstreamCase> cases = new ArrayList<>();

    private UpstreamCases() {
    }

    static List<UpstreamCase> all() {
        var table = new UpstreamCases();
        table.connections();
        table.bodies();
        table.contents();
        table.encodings();
        table.streams();
        table.statuses();
        table.heads();
        return List.copyOf(table.cases);
    }

    /// The content of a whole answer's first choice; empty if it is not text. The bytes are the
    /// upstream's, including a byte order mark.
    static String content(ClientResponse response) {
        var answer = ClientResponse.object(response.text().replaceFirst("^\ufeff", ""));
        var choice = (JsonObject) ((JsonArray) answer.get("choices")).elements().getFirst();
        var content = ((JsonObject) choice.get("message")).string("content");
        return content == null ? "" : content;
    }

    private void connections() {
        fails("U04 never", 504, "upstream_timeout", Call::sawClose);
        fails("U06 close-now", 502, "upstream_closed", _ -> { });
        fails("U06 reset-now", 502, "upstream_closed", Call::reset);
        fails("U08 fin-mid-body", 502, "upstream_truncated", call -> call.send(OK
                + "Content-Length: 9999\r\n\r\n" + GOOD));
        fails("U08 reset-mid-body", 502, "upstream_(truncated|closed)", call -> {
            call.head(200, "Content-Length: 9999");
            call.send(GOOD);
            call.reset();
        });
        fails("U09 chunked-no-end", 502, "upstream_truncated", call -> {
            call.begin(JSON);
            call.chunk(GOOD);
        });
        fails("U10 chunked-never-ends", 504, "upstream_timeout", call -> {
            call.begin(JSON);
            call.chunk(GOOD);
            call.sawClose();
        });
        fails("U10 stall-mid-body", 504, "upstream_timeout", call -> {
            call.send(OK + "Content-Length: 9999\r\n\r\n" + GOOD);
            call.sawClose();
        });
        fails("U10 stall-mid-headers", 504, "upstream_timeout", call -> {
            call.send(OK + "Content-Le");
            call.sawClose();
        });
        fails("U11 drip, for too long", 504, "upstream_timeout", call -> drip(call, 60));
        tells("U11 drip, in time", "Hello.", call -> drip(call, 4));
    }

    private static void drip(Call call, int times) throws IOException {
        call.begin(JSON);
        for (int i = 0; i < times; i++) {
            call.chunk(" ");
            LockSupport.parkNanos(100_000_000);
        }
        call.chunk(GOOD);
        call.end();
    }

    private void bodies() {
        fails("U12 html200", 502, "upstream_not_json", call -> call.answer(200, "text/html",
                "<html><script>alert(1)</script>Sign in with " + TestProxy.KEY + "</html>"));
        fails("U13 html502", 502, "upstream_not_json|502", call -> call.answer(502, "text/html",
                "<html><h1>Bad Gateway</h1></html>"));
        fails("U14 err-in-200", 502, "overloaded", call -> call.json(200,
                Chats.error("server_error", "\"overloaded\"", "Not now.")));
        invalid("U15 bad-json", "upstream_not_json", "{\"choices\":[");
        invalid("U15 empty-200", "upstream_empty", "");
        invalid("U15 null-200", "upstream_invalid", "null");
        invalid("U15 array-200", "upstream_invalid", "[]");
        invalid("U15 no-choices", "upstream_invalid", "{\"id\":\"x\"}");
        invalid("U15 choices-object", "upstream_invalid", "{\"choices\":{}}");
        // The research counts this as a valid stream. But it looks like a failure, and SDKs throw
        // at an answer without a choice.
        invalid("U16 empty-choices", "upstream_invalid", "{\"choices\":[]}");
        tells("U16 null-content", "", call -> call.json(200, GOOD.replace("\"Hello.\"", "null")));
        invalid("U17 deep-json", "upstream_not_json", "[".repeat(100_000));
        // The last duplicate wins.
        tells("U18 dup-keys", "Hello.", call -> call.json(200, GOOD.replace("{\"id\"",
                "{\"choices\":1,\"choices\":[],\"id\"")));
    }

    private void contents() {
        // The content passes unchanged; the client of a whole answer sees it too.
        tells("U19 content-number", "", call -> call.json(200, GOOD.replace("\"Hello.\"", "5")));
        tells("U20 lone-surrogate", "a\ud83db", call -> call.json(200,
                GOOD.replace("Hello.", "a\\ud83db")));
        tells("U20 nul-and-ctl", "\0\u0001\u001f\u007f\u0085\u2028\r\n\ndata: x\n\n", call ->
                call.json(200, Chats.completion(
                        "\0\u0001\u001f\u007f\u0085\u2028\r\n\ndata: x\n\n")));
        fails("U21 bad-utf8", 502, "upstream_not_json", call -> call.answer(200, JSON,
                bytes(GOOD.replace("Hello", "Hell\u00f6"), StandardCharsets.ISO_8859_1)));
        fails("U21 latin1", 502, "upstream_not_json", call -> call.answer(200,
                "application/json; charset=iso-8859-1", bytes(GOOD.replace("Hello", "Hell\u00f6"),
                        StandardCharsets.ISO_8859_1)));
        tells("U22 bom", "Hello.", call -> call.json(200, "\ufeff" + GOOD));
        tells("U26 content-1mb", "0123456789abcdef".repeat(65536), call -> call.json(200,
                Chats.completion("0123456789abcdef".repeat(65536))));
        tells("U42 tool-calls", "", call -> call.json(200, GOOD.replace("\"Hello.\"",
                "null,\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":"
                + "\"f\",\"arguments\":\"{}\"}}]")));
        tells("U42 n2", "Hello.", call -> call.json(200, GOOD.replace("}]}", "},{\"index\":1,"
                + "\"message\":{\"role\":\"assistant\"},\"finish_reason\":\"stop\"}]}")));
    }

    private void encodings() {
        tells("U23 gzip", "Hello.", call -> call.answer(200, JSON, gzip(GOOD), GZIP));
        fails("U24 gzip-cut", 502, "upstream_truncated", call -> call.answer(200, JSON,
                Arrays.copyOf(gzip(GOOD), 60), GZIP));
        fails("U24 br-unasked", 502, "upstream_encoding", call -> call.answer(200, JSON, GOOD,
                "Content-Encoding: br"));
        fails("U25 gzip-bomb", 502, "upstream_too_large", call -> call.answer(200, JSON,
                gzip(" ".repeat(5_000_000)), GZIP));
        fails("U25 huge", 502, "upstream_too_large", call -> {
            call.begin(JSON);
            for (int i = 0; i < 10_000; i++) {
                call.chunk(" ".repeat(1000));
            }
        });
        // The proxy does not wait for the announced bytes.
        fails("U25 huge-cl", 502, "upstream_too_large", call -> call.send(OK
                + "Content-Length: 9999999999999\r\n\r\n" + GOOD));
    }

    private void streams() {
        tells("U27 sse-anyway", "Hello.", call -> call.answer(200, "text/event-stream",
                HELLO + Chats.finish() + "data: [DONE]\n\n"));
        ends("U28 sse-error-mid", new UpstreamCase.StreamAborted("overloaded"), call -> call.answer(
                200, "text/event-stream", HELLO + "data: " + Chats.error("server_error",
                        "\"overloaded\"", "Not now.") + "\n\n"));
        ends("U29 sse-no-done", new UpstreamCase.StreamAborted("upstream_truncated"), call ->
                call.answer(200, "text/event-stream", HELLO));
    }

    private void statuses() {
        for (var status : new int[] {401, 403, 404, 429, 500, 503, 529}) {
            fails("U34 U36 status " + status, status, "c" + status, call -> call.json(status,
                    Chats.error("some_error", "\"c" + status + "\"", "No.")));
        }
        fails("U35 key-in-error", 401, "invalid_api_key", call -> call.json(401, Chats.error(
                "invalid_request_error", "\"invalid_api_key\"",
                "Incorrect API key provided: " + call.headers().get("authorization"))));
        fails("U37 teapot", 418, "upstream_not_json|418", call -> call.answer(418, "text/plain",
                "I am a teapot"));
        for (var status : new int[] {301, 302, 307, 308}) {
            fails("U38 redirect-" + status, 502, "upstream_redirect", call -> call.json(status,
                    GOOD, "Location: http://169.254.169.254/latest/meta-data"));
        }
    }

    private void heads() {
        sends("U39 garbage", "SSH-2.0-OpenSSH_9.2\r\n\r\n");
        sends("U39 bad-status", "HTTP/1.1 999 X\r\nContent-Length: 2\r\n\r\n{}");
        sends("U39 status-text", "HTTP/1.1 twohundred OK\r\n\r\n");
        sends("U39 big-headers", OK + "X: " + "y".repeat(500_000) + "\r\n\r\n" + GOOD);
        sends("U39 switch-101", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                + "Upgrade: websocket\r\n\r\n");
        sends("U39 100x20", "HTTP/1.1 100 Continue\r\n\r\n".repeat(20) + OK + "\r\n");
        sends("U39 cl-negative", OK + "Content-Length: -5\r\n\r\n" + GOOD);
        sends("U39 cl-text", OK + "Content-Length: five\r\n\r\n" + GOOD);
        tells("U39 early-hints", "Hello.", call -> call.send(
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + "Content-Length: "
                + GOOD.length() + "\r\n\r\n" + GOOD));
        sends("U40 cl-and-te", OK + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"
                + "{}   \r\n0\r\n\r\n");
    }

    private void sends(String name, String text) {
        fails(name, 502, "upstream_(closed|invalid|truncated)", call -> call.send(text));
    }

    private void invalid(String name, String code, String body) {
        fails(name, 502, code, call -> call.json(200, body));
    }

    private void fails(String name, int status, String code, Script script) {
        ends(name, new UpstreamCase.Failed(status, code), script);
    }

    private void tells(String name, String content, Script script) {
        ends(name, new UpstreamCase.Told(content), script);
    }

    private void ends(String name, UpstreamCase.End end, Script script) {
        cases.add(new UpstreamCase(name, end, script));
    }

    private static byte[] bytes(String text, Charset charset) {
        return text.getBytes(charset);
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(bytes(text, StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
