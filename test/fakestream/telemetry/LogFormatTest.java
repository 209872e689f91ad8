package fakestream.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.config.Config;
import fakestream.testing.ClientResponse;
import fakestream.upstream.Upstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The formats of the diagnostics, and how the log detects that the journal reads it.
final class LogFormatTest {
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    @TempDir
    private Path directory;

    private Log log(Journal journal, String... settings) {
        return new Log(config(settings), Upstream.redactor(config(settings)), journal,
                new PrintStream(out, true),
                new PrintStream(err, true));
    }

    private static Config config(String... settings) {
        var values = new HashMap<>(Map.of("DEBUG", "true", "OPENAI_API_KEY", "a\"quoted\\key"));
        for (var setting : settings) {
            values.put(setting.split("=")[0], setting.split("=")[1]);
        }
        return Config.of(values);
    }

    private static RequestRecord record(boolean probe) {
        var record = new RequestRecord(new RequestRecord.Request("req_1", "::1", "GET", "/",
                "HTTP/1.1", ""), () -> 0);
        record.route("page", probe);
        record.status(200);
        return record;
    }

    private static List<String> lines(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static void sayAll(Log log) {
        log.error("a");
        log.warn("b");
        log.info("c");
        log.debug("d");
        log.access(record(false));
    }

    @Test
    void isTextByDefault() {
        sayAll(log(Journal.NONE));
        var said = String.join("\n", lines(err));
        assertTrue(said.matches("(T) error a\n(T) warn b\n(T) info c\n(T) debug d"
                .replace("(T)", TIME)), said);
        assertTrue(lines(out).getFirst().matches(TIME + " GET / 200 0B 0ms id=req_1 client=\\S+ "
                + "mode=page"), () -> lines(out).getFirst());
    }

    @Test
    void writesPrioritiesAndNoTimeForTheJournal() {
        sayAll(log(new Journal(true, true)));
        assertEquals(List.of("<3>a", "<4>b", "<6>c", "<7>d"), lines(err));
        assertEquals(List.of("<6>GET / 200 0B 0ms id=req_1 client=::1 mode=page"), lines(out));
    }

    @ParameterizedTest
    @CsvSource({"auto, true, false, <6>, ''", "auto, false, true, '', <3>",
        "journal, false, false, <6>, <3>", "text, true, true, '', ''"})
    void looksAtEachStreamByItself(String format, boolean readsOut, boolean readsErr,
            String access, String diagnostics) {
        sayAll(log(new Journal(readsOut, readsErr), "LOG_FORMAT=" + format));
        assertTrue(lines(out).getFirst().startsWith(access.isEmpty() ? "20" : access + "GET"));
        assertTrue(lines(err).getFirst().startsWith(diagnostics.isEmpty() ? "20"
                : diagnostics + "a"));
    }

    @Test
    void prefixesEveryLineOfATrace() {
        log(new Journal(true, true)).bug("GET /", new IllegalStateException("x\n<0>y"));
        assertTrue(lines(err).getFirst().startsWith("<3>GET /: java.lang.IllegalStateException"));
        assertTrue(lines(err).stream().skip(1).allMatch(line -> line.startsWith("<3>\t")),
                () -> lines(err).toString());
    }

    @Test
    void writesOneJsonObjectALine() {
        var log = log(new Journal(true, true), "LOG_FORMAT=json", "ACCESS_LOG=json");
        sayAll(log);
        log.bug("GET /", new IllegalStateException("x\n\u0085\u2028\u001b[2J a\"quoted\\key"));
        assertEquals(5, lines(err).size());
        var objects = lines(err).stream().map(ClientResponse::object).toList();
        assertTrue(objects.getFirst().string("time").matches(TIME));
        assertEquals(List.of("error", "warn", "info", "debug", "error"),
                objects.stream().map(object -> object.string("level")).toList());
        assertEquals("b", objects.get(1).string("message"));
        var trace = objects.getLast().string("message");
        assertTrue(trace.startsWith("GET /: java.lang.IllegalStateException: x\n"), trace);
        assertTrue(trace.contains("\nat " + LogFormatTest.class.getName()), trace);
        assertTrue(trace.contains("***") && !trace.contains("quoted"), trace);
        assertTrue(lines(err).getLast().matches("\\P{Cc}*"));
        assertEquals("req_1", ClientResponse.object(lines(out).getFirst()).string("id"));
    }

    @Test
    void changesWithTheSettings() {
        var log = log(Journal.NONE);
        log.info("a");
        log.change(config("LOG_FORMAT=json", "ACCESS_LOG=combined"), Redactor.ofKeys());
        log.info("b");
        log.access(record(false));
        log.change(config("LOG_FORMAT=journal", "ACCESS_LOG=off"), Redactor.ofKeys());
        log.info("c");
        log.access(record(false));
        assertTrue(lines(err).get(0).endsWith(" info a"));
        assertEquals("b", ClientResponse.object(lines(err).get(1)).string("message"));
        assertEquals("<6>c", lines(err).get(2));
        assertEquals(1, lines(out).size());
        assertTrue(lines(out).getFirst().startsWith("::1 - - ["));
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "false, 2"})
    void logsProbesOnlyAtDebug(boolean probe, int lines) {
        var log = log(Journal.NONE, "LOG_LEVEL=info", "DEBUG=false");
        log.access(record(probe));
        log.change(config(), Redactor.ofKeys());
        log.access(record(probe));
        assertEquals(lines, lines(out).size());
    }

    @Test
    void detectsTheJournalByItsStream() throws IOException {
        var out = Files.writeString(directory.resolve("out"), "");
        var err = Files.writeString(directory.resolve("err"), "");
        var stream = Files.getAttribute(err, "unix:dev") + ":" + Files.getAttribute(err,
                "unix:ino");
        var journal = Map.of("JOURNAL_STREAM", stream);
        assertEquals(new Journal(false, true), Journal.of(journal, out, err));
        assertEquals(new Journal(true, true), Journal.of(journal, err, err));
        assertEquals(Journal.NONE, Journal.of(Map.of(), out, err));
        assertEquals(Journal.NONE, Journal.of(Map.of("JOURNAL_STREAM", "8:1"), out, err));
        assertEquals(Journal.NONE, Journal.of(journal, directory.resolve("none"), out));
    }
}
