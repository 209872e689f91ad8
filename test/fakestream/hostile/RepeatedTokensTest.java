package fakestream.hostile;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import fakestream.json.Json;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Long texts of one repeated token in each input from outside. None of them triggers a bug of the
/// proxy; [fakestream.server.LongTextTest] checks that none takes more than linear time.
final class RepeatedTokensTest {
    private static final String[] HEADERS = {"Authorization", "X-Api-Key", "Api-Key",
        "X-Goog-Api-Key", "Content-Type", "Content-Encoding", "Accept", "Accept-Encoding",
        "User-Agent", "X-Forwarded-For", "X-Request-Id", "Connection", "Keep-Alive", "Upgrade",
        "Origin", "Access-Control-Request-Headers", "Referer", "Cookie", "Range", "If-None-Match",
        "Idempotency-Key", "X-Stainless-Retry-Count", "X-Stainless-Lang", "Anthropic-Version",
        "Anthropic-Beta", "Traceparent", "Tracestate", "Baggage", "Session_id", "X-Codex-A",
        "Host", "Expect", "Content-Length", "Transfer-Encoding"};
    private static final String[] TOKENS = {"bearer ", "gzip,", "deflate, ", "a", "1.", "f:",
        "\t", ", ", ";", "=", "\"", "%20", "../", "close, ", "; charset=", "eyJ.", "\u00e9"};
    private static final String[] PATHS = {"/v1", "/v1/models", "/chat/completions", "/a", "/",
        "/.", "/..", "/..;", "/%2e", "/%2f", "/a%5c", ":a", ":aA", "/models/", "/a:aA",
        "/v1beta/models/", "/audio", "/content/", "a", "%20", ";"};
    private static final String[] QUERIES = {"&", "a&", "a=b&", "key=&", "key=bearer%20",
        "alt=sse&", "%20", "?", "=", "/", "[", "sk-a&", "seconds=1&"};
    private static final int[] LENGTHS = {7 * 1024, 31 * 1024, 300 * 1024};

    private static String text(String token, int length) {
        return token.repeat(length / token.length());
    }

    /// Makes requests. Fails the test at a 500.
    private static final class Stranger {
        private final TestProxy proxy;

        Stranger(TestProxy proxy) {
            this.proxy = proxy;
        }

        void asks(String method, String target, String body, String... fields) {
            try (var client = proxy.connect()) {
                client.send(head(method, target, body, fields) + body);
                assertNotEquals(500, client.response().status(), () -> told(target, fields));
            } catch (UncheckedIOException _) {
                // The JDK's server closes the connection if a message is not HTTP.
            }
        }

        private static String head(String method, String target, String body, String... fields) {
            var head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
            for (var field : fields) {
                head.append(field).append("\r\n");
            }
            var named = head.toString();
            return named + (named.contains("\r\nHost: ") ? "" : "Host: localhost\r\n")
                    + (named.contains("\r\nContent-Length: ") || body.isEmpty() ? ""
                            : "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length
                                    + "\r\n") + "Connection: close\r\n\r\n";
        }

        private static String told(String target, String... fields) {
            var all = target + " " + String.join(" | ", fields);
            return all.substring(0, Math.min(all.length(), 100));
        }

        /// Checks that no request triggered a bug.
        void leavesNoTrace() {
            assertFalse(proxy.diagnostics().contains("\tat "), proxy::diagnostics);
        }
    }

    private static ScriptedUpstream fine() {
        return ScriptedUpstream.answering(200, Chats.completion("Hello."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY_API_KEYS=sk-of-the-proxy", "TRUST_PROXY=true"})
    void areHarmlessInEveryHeader(String setting) {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream, setting,
                "OPENAI_API_KEY=sk-operator", "RATE_LIMIT_PER_MINUTE=1000000")) {
            var stranger = new Stranger(proxy);
            for (var header : HEADERS) {
                for (var token : TOKENS) {
                    stranger.asks("POST", "/v1/chat/completions", Chats.WHOLE,
                            header + ": x" + text(token, LENGTHS[1]), TestProxy.KEY);
                    stranger.asks("GET", "/v1/models", "", header + ": " + text(token,
                            LENGTHS[1]) + "x");
                }
                stranger.asks("GET", "/v1/models", "", header + ": " + text("a, ", LENGTHS[2]));
            }
            stranger.leavesNoTrace();
        }
    }

    @Test
    void areHarmlessInEveryTarget() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream)) {
            var stranger = new Stranger(proxy);
            for (int length : LENGTHS) {
                for (var path : PATHS) {
                    stranger.asks("GET", "/v1" + text(path, length), "", TestProxy.KEY);
                    stranger.asks("GET", "/" + text(path, length) + "/v1/x!", "", TestProxy.KEY);
                }
                for (var query : QUERIES) {
                    for (var target : new String[] {"/v1/models?", "/api/check?", "/v1/files?",
                        "/v1beta/models/m:streamGenerateContent?"}) {
                        stranger.asks("GET", target + text(query, length), "", TestProxy.KEY);
                    }
                }
            }
            stranger.leavesNoTrace();
        }
    }

    @Test
    void areHarmlessInTheNameOfAModel() {
        try (var upstream = fine(); var proxy = TestProxy.before(upstream,
                "STREAM_MODE_MODELS=*a*a*b=real,*?*?*c=auto,**d=tools")) {
            var stranger = new Stranger(proxy);
            for (var token : TOKENS) {
                var request = "{\"model\":" + Json.quote(text(token, 100_000))
                        + ",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"\"}]}";
                stranger.asks("POST", "/v1/chat/completions", request, TestProxy.KEY);
            }
            stranger.leavesNoTrace();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<script>", "<", "data:[DONE]  ", "data: {}\n", ":\n\n", "\r",
        "{\"error\":", "[", "eyJa.", "bearer ", "streaming not ", "body.a", "'a"})
    void areHarmlessInTheBodyOfAnAnswer(String token) {
        var body = text(token, 1024 * 1024);
        var said = Chats.error("invalid_request_error", "null", text(token, 1024 * 1024));
        answers(ScriptedUpstream.start(call -> call.answer(200, "text/html", body)));
        answers(ScriptedUpstream.start(call -> call.answer(200, "text/event-stream", body)));
        answers(ScriptedUpstream.start(call -> call.answer(400, "text/html", body)));
        answers(ScriptedUpstream.start(call -> call.json(400, said)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Encoding: gzip,", "Location: /a/../", "Location: ?a=b&",
        "Retry-After: 1.", "X-Request-Id: sk-", "Keep-Alive: timeout=1,", "Connection: close, ",
        "ETag: bearer "})
    void areHarmlessInAHeaderOfAnAnswer(String field) {
        var name = field.split(" ")[0];
        var value = text(field.substring(name.length() + 1), 100_000);
        for (int status : new int[] {200, 302, 429}) {
            answers(ScriptedUpstream.start(call -> call.answer(status, "application/json",
                    Chats.completion("Hello."), name + " " + value)));
        }
    }

    private static void answers(ScriptedUpstream upstream) {
        try (upstream; var proxy = TestProxy.before(upstream, "STREAM_MODE=auto")) {
            var stranger = new Stranger(proxy);
            stranger.asks("POST", "/v1/chat/completions", Chats.WHOLE, TestProxy.KEY);
            stranger.asks("POST", "/v1/chat/completions", Chats.STREAM, TestProxy.KEY);
            stranger.asks("GET", "/v1/models", "", TestProxy.KEY);
            stranger.asks("GET", "/v1/files", "", TestProxy.KEY);
            stranger.leavesNoTrace();
        }
    }
}
