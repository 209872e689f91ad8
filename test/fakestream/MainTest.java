package fakestream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.testing.Chats;
import fakestream.testing.Daemon;
import fakestream.testing.RawClient;
import fakestream.testing.ScriptedUpstream;
import fakestream.testing.TestProxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The program and its arguments. A test that starts the daemon uses a separate process, because
/// the daemon ends with its process.
final class MainTest {
    private static final String SECRET = "sk-very-secret";

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Map<String, String> environment, String... args) {
        return new Main(print(out), print(err), environment).run(args);
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /// Uses an empty settings file, because the working directory may contain a settings file.
    private int runAlone(String... args) throws IOException {
        var all = new ArrayList<>(List.of(args));
        var file = Files.writeString(directory.resolve("empty.properties"), "");
        all.addAll(List.of("--config", file.toString()));
        return run(Map.of("OPENAI_API_KEY", SECRET), all.toArray(String[]::new));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private List<String> err() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void printsHelpAndVersion() {
        assertEquals(0, run(Map.of(), "--help"));
        assertTrue(out().startsWith("Usage: java -jar fakestream.jar"), out());
        assertTrue(out().contains("HEARTBEAT_INTERVAL_MS"), out());
        out.reset();
        assertEquals(0, run(Map.of("PORT", "nonsense"), "--version"));
        assertTrue(out().matches("fakestream \\S+ \\(Java 2[5-9].*\\)\\R"), out());
        assertEquals(List.of(), err());
    }

    @Test
    void checksTheSettings() throws IOException {
        assertEquals(0, runAlone("--check-config"));
        assertEquals("the settings are good\n", out());
        assertEquals(List.of(), err());
    }

    @Test
    void printsTheSettingsWithTheirOriginsAndWithoutSecrets() throws IOException {
        assertEquals(0, runAlone("--print-config", "--port", "4000", "--set",
                "PROXY_API_KEYS=" + SECRET + ",other-secret", "--set",
                "UPSTREAM_EXTRA_HEADERS_JSON={\"X-A\":\"" + SECRET + "\"}"));
        var lines = out().lines().toList();
        assertTrue(lines.contains("PORT=4000  # --port"), out());
        assertTrue(lines.contains("OPENAI_API_KEY=***  # environment"), out());
        assertTrue(lines.contains("PROXY_API_KEYS=***  # --set"), out());
        assertTrue(lines.contains("HOST=127.0.0.1  # default"), out());
        assertFalse(out().contains("secret"), out());
        assertEquals(List.of(), err());
    }

    @Test
    void reportsEveryInvalidSettingAtOnceAndNoSecret() throws IOException {
        assertEquals(78, runAlone("--port", "65536", "--host", "0.0.0.0", "--upstream",
                "ftp://u:" + SECRET + "@h", "--set", "ALLOW_ENV_API_KEY=true", "--set",
                "UPSTREAM_EXTRA_HEADERS_JSON={\"Host\":\"" + SECRET + "\"}", "--set",
                "HEARTBEAT_INTERVAL_MS=499", "--set", "NONSENSE=" + SECRET, "--set",
                "FORWARD_HEADERS=X-Team-*,Cookie", "--set", "BASE_PATH=proxy"));
        for (var name : List.of("PORT", "SOURCE_API_URL", "UPSTREAM_EXTRA_HEADERS_JSON",
                "ALLOW_ENV_API_KEY", "HEARTBEAT_INTERVAL_MS", "NONSENSE", "FORWARD_HEADERS",
                "BASE_PATH")) {
            assertEquals(1, err().stream().filter(line -> line.contains(name + ":")
                    || line.contains(name + " ") || line.contains(name + "'")).count(),
                    name + ": " + err());
        }
        assertEquals(8, err().size(), err().toString());
        assertFalse(err().toString().contains(SECRET), err().toString());
        assertEquals("", out());
    }

    @ParameterizedTest
    @CsvSource({"--nonsense, no option --nonsense", "serve, neither an option",
        "--port, --port needs a value", "--set=x, NAME=VALUE", "--demo=yes, takes no value"})
    void refusesAnInvalidCommandLine(String args, String words) {
        assertEquals(64, run(Map.of(), args));
        assertEquals(1, err().size());
        assertTrue(err().getFirst().startsWith("fakestream: "), err().toString());
        assertTrue(err().getFirst().contains(words), err().toString());
        assertTrue(err().getFirst().contains("--help"), err().toString());
        assertEquals("", out());
    }

    @Test
    void failsIfItCannotListen() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(1, runAlone("--port", Integer.toString(taken.getLocalPort())));
        }
        assertEquals(1, runAlone("--host", "203.0.113.7", "--port", "0"));
        assertEquals(2, err().size(), err().toString());
        assertTrue(err().getFirst().matches("fakestream cannot start: .*in use.*"),
                err().toString());
        assertTrue(err().getLast().startsWith("fakestream cannot start: "), err().toString());
    }

    /// A resolver refuses this name without a query, because it is too long.
    @Test
    void reportsAHostWithoutAnAddress() throws IOException {
        assertEquals(1, runAlone("--port", "0", "--host", "h".repeat(64)));
        assertEquals(List.of("fakestream cannot start: Unresolved address"), err());
    }

    @Test
    void printsItsAddressServesAndStops() throws IOException {
        try (var upstream = ScriptedUpstream.answering(200, Chats.completion("Hello."))) {
            Files.writeString(directory.resolve("proxy.properties"), "PORT=0\nSOURCE_API_URL="
                    + upstream.url() + "\n");
            try (var daemon = Daemon.start(directory)) {
                var line = daemon.says("listening on ");
                var url = line.replaceFirst(".* listening on (\\S+), asking .*", "$1");
                assertTrue(line.endsWith(", asking " + upstream.url() + "/v1"), line);
                try (var client = RawClient.connect(URI.create(url).getPort())) {
                    assertTrue(client.request("GET", "/", "").response().text().contains("<"));
                    var stream = client.request("POST", "/v1/chat/completions", Chats.STREAM,
                            TestProxy.KEY).response().text();
                    assertTrue(stream.endsWith("data: [DONE]\n\n"), stream);
                }
                daemon.says("POST /v1/chat/completions 200 ");
                assertEquals(0, daemon.stop(), daemon.said());
            }
        }
    }

    @Test
    void warnsIfClientsTimeOutBeforeTheCommit() {
        try (var daemon = Daemon.start(directory, "--port", "0", "--set",
                "COMMIT_AFTER_MS=60000")) {
            assertTrue(daemon.says(" warn ").contains(" gemini after 50 s"), daemon.said());
            assertFalse(daemon.said().contains("opencode"), daemon.said());
        }
    }

    @Test
    void warnsIfAnyPageCouldSpendTheKey() {
        try (var daemon = Daemon.start(directory, "--port", "0", "--set",
                "OPENAI_API_KEY=" + SECRET, "--set", "ALLOW_ENV_API_KEY=true")) {
            assertTrue(daemon.says(" warn ").contains("CORS_ALLOW_ORIGIN is *"));
            assertFalse(daemon.said().contains(SECRET), daemon.said());
        }
    }
}
