package fakestream.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.config.LogLevel;
import fakestream.testing.Chats;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogTest {
    private static final String SECRETS = "(?s).*(sk-|hidden|Hello|Hi there).*";

    @Test
    void writesALineForEachRequest() {
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
        assertTrue(line.matches(pattern + " id=req_[0-9a-f]{24} client=127.0.0.1 .*"), line);
    }

    @Test
    void holdsNoQueryKeyOrBody() {
        try (var upstream = ScriptedUpstream.answering(500, Chats.error("x", "null", "Hello."));
                var proxy = TestProxy.before(upstream, "OPENAI_API_KEY=sk-operator",
                        "ALLOW_ENV_API_KEY=true",
                        "UPSTREAM_EXTRA_HEADERS_JSON={\"X-A\":\"hidden\"}")) {
            proxy.chat(Chats.WHOLE.replace("Hi", "Hi there"));
            proxy.request("POST", "/v1/chat/completions?key=sk-query", Chats.STREAM);
            proxy.get("/v1/models?key=sk-query", "Cookie: hidden");
            for (int i = 0; i < 3; i++) {
                var line = proxy.accessLine();
                assertTrue(!line.matches(SECRETS) && line.contains(" 500 "), line);
            }
            assertTrue(!proxy.diagnostics().matches(SECRETS), proxy::diagnostics);
        }
    }

    private static RequestRecord record(String path, String model) {
        var record = new RequestRecord(new RequestRecord.Request("req_1", "::1", "GET", path,
                "HTTP/1.1", ""), System::nanoTime);
        record.model(model);
        return record;
    }

    @Test
    void writesMessagesOfItsLevelAndAbove() {
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

    /// Text from outside never begins a line, whatever character a reader takes for a line end.
    @Test
    void cannotBeForged() {
        var out = new ByteArrayOutputStream();
        var log = new Log(LogLevel.DEBUG, new PrintStream(out, true), new PrintStream(out, true));
        var forged = "a\n2026-01-01T00:00:00Z info b\r\u001b[2J\u0085\u2028c\u0000\t";
        log.access(record("/", forged));
        log.debug(forged);
        log.bug(forged, new IllegalStateException(forged, new IllegalArgumentException(forged)));
        var lines = out.toString(StandardCharsets.UTF_8).split("\\R");
        var escaped = "a\\u000a2026-01-01T00:00:00Z info b\\u000d\\u001b[2J\\u0085\\u2028c\\u0000"
                + "\\u0009";
        assertTrue(lines[0].endsWith(" mode=page model=\"" + escaped + "\""), lines[0]);
        assertTrue(lines[1].endsWith("Z debug " + escaped), lines[1]);
        assertTrue(lines[2].contains("Z error " + escaped + ": java.lang.Ill"), lines[2]);
        assertTrue(Arrays.stream(lines).skip(3).allMatch(line -> line.matches("\t\\P{Cc}*")));
        assertTrue(String.join("\n", lines).contains("\tCaused by: java.lang.IllegalArgument"));
    }

    /// Bidirectional marks, zero-width characters and tags: all are invisible or move other text.
    @ParameterizedTest
    @ValueSource(strings = {"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067",
        "\u2068", "\u2069", "\u200e", "\u200f", "\u061c", "\u200b", "\u200c", "\u200d", "\u2060",
        "\u2064", "\ufeff", "\u00ad", "\u180e", "\u206a", "\ufff9", "\u2029", "\u0085", "\u007f",
        "\ud834\udd73", "\udb40\udc41", "\udb40\udc01", "\ud800"})
    void showsInvisibleCharacters(String hidden) {
        var out = new ByteArrayOutputStream();
        for (var format : List.of("text", "json", "journal")) {
            var config = Config.of(Map.of("ACCESS_LOG", "json", "LOG_LEVEL", "debug",
                    "LOG_FORMAT", format));
            var log = new Log(config, Redactor.ofKeys(), Journal.NONE, new PrintStream(out, true),
                    new PrintStream(out, true));
            log.access(record("/", "a" + hidden + "b\u00e9\ud83d\ude00"));
            log.debug("a" + hidden + "b");
            log.bug("a" + hidden + "b", new IllegalStateException("a" + hidden + "b"));
        }
        var text = out.toString(StandardCharsets.UTF_8);
        var escape = hidden.chars().mapToObj("\\u%04x"::formatted).collect(Collectors.joining());
        assertEquals(12, text.split(Pattern.quote("a" + escape + "b"), -1).length - 1, text);
        assertTrue(text.contains("b\u00e9\ud83d\ude00"), text);
    }

    @Test
    void masksKeysInEveryLine() {
        var out = new ByteArrayOutputStream();
        var log = new Log(LogLevel.DEBUG, new PrintStream(out, true), new PrintStream(out, true));
        var text = "sk-0123456789";
        log.access(record("/" + text, ""));
        log.debug(text);
        log.info(text);
        log.warn(text);
        log.bug(text, new IllegalStateException(text, new IllegalArgumentException(text)));
        assertEquals(7, out.toString().split("sk-\\*\\*\\*", -1).length - 1, out::toString);
        assertTrue(!out.toString().contains("0123456789"), out::toString);
    }
}
