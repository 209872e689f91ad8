package fakestream.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.LogLevel;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LogTest {
    private static final String SECRETS = "(?s).*(sk-|hidden|Hello|Hi there).*";

    @Test
    void hasALineForEachRequest() {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."));
                var proxy = TestProxy.before(upstream)) {
            var length = proxy.chat(Chats.WHOLE).body().length;
            logs(proxy, "POST /v1/chat/completions 200 " + length + "B \\d+ms");
            length = proxy.chat(Chats.STREAM).body().length;
            logs(proxy, "POST /v1/chat/completions 200 " + length + "B \\d+ms");
            proxy.request("GET", "/nothing", "");
            logs(proxy, "GET /nothing 404 \\d+B \\d+ms");
            proxy.request("HEAD", "/", "");
            logs(proxy, "HEAD / 200 0B \\d+ms");
        }
    }

    private static void logs(TestProxy proxy, String pattern) {
        var line = proxy.accessLine();
        assertTrue(line.matches(pattern), line);
    }

    @Test
    void holdsNoQueryKeyOrBody() {
        try (var upstream = ScriptedUpstream.answering(500, Chats.error("x", "null", "Hello."));
                var proxy = TestProxy.before(upstream, "OPENAI_API_KEY=sk-operator",
                        "ALLOW_ENV_API_KEY=true",
                        "UPSTREAM_EXTRA_HEADERS_JSON={\"X-A\":\"hidden\"}")) {
            proxy.chat(Chats.WHOLE.replace("Hi", "Hi there"));
            proxy.request("POST", "/v1/chat/completions?key=sk-query", Chats.STREAM);
            proxy.get("/v1/models?key=sk-query#hidden", "Cookie: hidden");
            for (int i = 0; i < 3; i++) {
                var line = proxy.accessLine();
                assertTrue(!line.matches(SECRETS) && line.contains(" 500 "), line);
            }
            assertTrue(!proxy.diagnostics().matches(SECRETS), proxy::diagnostics);
        }
    }

    @Test
    void showsWhatIsImportantEnough() {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        for (var level : LogLevel.values()) {
            var log = new Log(level, new PrintStream(out, true), new PrintStream(err, true));
            log.debug("debug at " + level);
            log.info("info at " + level);
            log.warn("warn at " + level);
            log.bug("GET /", new IllegalStateException("bug at " + level));
        }
        assertEquals("", out.toString());
        var time = "\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z ";
        assertEquals(List.of("error GET /: java.lang.IllegalStateException: bug at ERROR",
                "warn warn at WARN", "error GET /: java.lang.IllegalStateException: bug at WARN",
                "info info at INFO", "warn warn at INFO",
                "error GET /: java.lang.IllegalStateException: bug at INFO",
                "debug debug at DEBUG", "info info at DEBUG", "warn warn at DEBUG",
                "error GET /: java.lang.IllegalStateException: bug at DEBUG"),
                err.toString().lines().filter(line -> line.matches(time + ".*"))
                        .map(line -> line.replaceFirst(time, "")).toList());
        assertTrue(err.toString().contains("\tat " + LogTest.class.getName()));
    }
}
