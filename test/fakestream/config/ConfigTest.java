package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigTest {
    @TempDir
    private Path directory;

    @Test
    void givesEverySettingItsDefault() {
        Config config = Config.of(Map.of());
        assertEquals("127.0.0.1", config.get(Setting.HOST));
        assertEquals(3000, config.get(Setting.PORT));
        assertEquals("https://api.openai.com", config.get(Setting.SOURCE_API_URL));
        assertEquals(List.of(), config.get(Setting.OPENAI_API_KEY));
        assertEquals(false, config.get(Setting.ALLOW_ENV_API_KEY));
        assertEquals(List.of(), config.get(Setting.PROXY_API_KEYS));
        assertEquals(Optional.empty(), config.get(Setting.UPSTREAM_EXTRA_HEADERS_JSON));
        assertEquals(List.of("*"), config.get(Setting.CORS_ALLOW_ORIGIN));
        assertEquals(Duration.ofSeconds(3), config.get(Setting.HEARTBEAT_INTERVAL_MS));
        assertEquals(HeartbeatStyle.AUTO, config.get(Setting.HEARTBEAT_STYLE));
        assertEquals(Duration.ofMinutes(10), config.get(Setting.UPSTREAM_TIMEOUT_MS));
        assertEquals(32 << 20, config.get(Setting.MAX_BODY_BYTES));
        assertEquals(LogLevel.INFO, config.get(Setting.LOG_LEVEL));
        Setting.EACH.forEach(setting ->
                assertTrue(config.origin(setting).startsWith("default"), setting.name()));
    }

    @Test
    void readsTheVariablesOfTheAncestor() throws Exception {
        Config config = file("""
                OPENAI_API_KEY=your_openai_api_key_here
                SOURCE_API_URL=https://api.openai.com
                CORS_ALLOW_ORIGIN=*
                ALLOW_ENV_API_KEY=false
                HEARTBEAT_INTERVAL_MS=3000
                CHUNK_TARGET_LENGTH=30
                CHUNK_DELAY_MS=35
                DEBUG=0
                UPSTREAM_EXTRA_HEADERS_JSON={"HTTP-Referer":"https://your.domain/","X-Title":"x"}
                """);
        assertEquals(List.of(new Secret("your_openai_api_key_here")),
                config.get(Setting.OPENAI_API_KEY));
        String headers = "{\"HTTP-Referer\":\"https://your.domain/\",\"X-Title\":\"x\"}";
        assertEquals(Optional.of(new Secret(headers)),
                config.get(Setting.UPSTREAM_EXTRA_HEADERS_JSON));
        assertFalse(config.get(Setting.DEBUG));
    }

    @Test
    void letsTheFileWinOverTheDefault() throws Exception {
        Config config = file("# mine\nPORT=1\n");
        assertEquals(1, config.get(Setting.PORT));
        assertEquals(directory.resolve("proxy.properties") + ":2", config.origin(Setting.PORT));
    }

    @Test
    void letsTheEnvironmentWinOverTheFile() throws Exception {
        Config config = load("PORT=1", Map.of("PORT", "2"));
        assertEquals(2, config.get(Setting.PORT));
        assertEquals("environment", config.origin(Setting.PORT));
    }

    @Test
    void letsAFlagWinOverTheEnvironment() throws Exception {
        Config config = load("PORT=1", Map.of("PORT", "2"), new Given("PORT", "3", "--port"));
        assertEquals(3, config.get(Setting.PORT));
        assertEquals("--port", config.origin(Setting.PORT));
    }

    @Test
    void letsTheLaterOfTwoFlagsWin() throws Exception {
        Config config = load("", Map.of(),
                new Given("PORT", "3", "--port"), new Given("PORT", "4", "--set"));
        assertEquals(4, config.get(Setting.PORT));
        assertEquals("--set", config.origin(Setting.PORT));
    }

    @Test
    void letsAFlagThatIsAddedLaterWin() throws Exception {
        ConfigSources sources = sources("", Map.of(), new Given("PORT", "3", "--port"));
        Config config = Config.load(sources.with(new Given("PORT", "5", "demo")), Map.of());
        assertEquals(5, config.get(Setting.PORT));
        assertEquals("demo", config.origin(Setting.PORT));
    }

    @Test
    void doesNotCheckAValueThatIsOverridden() throws Exception {
        assertEquals(3, load("PORT=abc", Map.of("PORT", "-1"), new Given("PORT", "3", "--port"))
                .get(Setting.PORT));
    }

    @Test
    void treatsAnEmptyValueAsNotSet() throws Exception {
        Config config = load("PORT=\nHOST=''\nLOG_LEVEL=warn\n",
                Map.of("OPENAI_API_KEY", "", "LOG_LEVEL", " "), new Given("DEBUG", "", "--set"));
        assertEquals(3000, config.get(Setting.PORT));
        assertEquals("127.0.0.1", config.get(Setting.HOST));
        assertEquals(List.of(), config.get(Setting.OPENAI_API_KEY));
        assertEquals(LogLevel.WARN, config.get(Setting.LOG_LEVEL));
        assertEquals("default", config.origin(Setting.DEBUG));
    }

    @Test
    void ignoresOtherNamesInTheEnvironment() throws Exception {
        assertEquals(3000, load("", Map.of("PATH", "/bin", "PORTS", "1", "port", "2"))
                .get(Setting.PORT));
    }

    @Test
    void commitsWithTheFirstHeartbeatByDefault() throws Exception {
        Config config = load("HEARTBEAT_INTERVAL_MS=1500", Map.of());
        assertEquals(Duration.ofMillis(1500), config.get(Setting.COMMIT_AFTER_MS));
        assertTrue(config.print().contains(
                "COMMIT_AFTER_MS=1500  # default, as HEARTBEAT_INTERVAL_MS\n"), config.print());
        assertEquals(Duration.ZERO,
                Config.of(Map.of("COMMIT_AFTER_MS", "0")).get(Setting.COMMIT_AFTER_MS));
    }

    @Test
    void letsDebugWinOverTheLogLevel() {
        assertEquals(LogLevel.WARN, Config.of(Map.of("LOG_LEVEL", "warn")).logLevel());
        assertEquals(LogLevel.DEBUG,
                Config.of(Map.of("LOG_LEVEL", "warn", "DEBUG", "1")).logLevel());
    }

    @Test
    void printsEverySettingWithItsOriginAndNoSecret() throws Exception {
        Config config = load("PORT=1\nPROXY_API_KEYS=client-key-1",
                Map.of("OPENAI_API_KEY", "sk-secret", "UPSTREAM_EXTRA_HEADERS_JSON", "{}"),
                new Given("CORS_ALLOW_ORIGIN", "https://a.example\nhttps://b.example", "--set"),
                new Given("FALLBACK_2_API_URL", "http://b.example", "--set"));
        List<String> lines = config.print().lines().toList();
        assertEquals(Setting.ALL.stream().filter(setting -> !setting.name().contains("_n_")).count()
                + 1, lines.size(), "a numbered setting only if it is set");
        assertTrue(lines.contains("FALLBACK_2_API_URL=http://b.example  # --set"));
        assertEquals("HOST=127.0.0.1  # default", lines.getFirst());
        assertTrue(lines.contains("PORT=1  # " + directory.resolve("proxy.properties") + ":1"));
        assertTrue(lines.contains("OPENAI_API_KEY=***  # environment"));
        assertTrue(lines.contains("UPSTREAM_EXTRA_HEADERS_JSON=***  # environment"));
        assertTrue(lines.contains(
                "CORS_ALLOW_ORIGIN=https://a.example,https://b.example  # --set"));
        assertFalse(config.print().contains("sk-secret"));
        assertFalse(config.print().contains("client-key"));
    }

    @Test
    void printsNothingForASecretThatIsNotSet() {
        assertTrue(Config.of(Map.of()).print().contains("\nOPENAI_API_KEY=  # default\n"));
    }

    @Test
    void passesTheTextOfASettingToItsCheck() throws Exception {
        List<String> seen = new ArrayList<>();
        Config.load(sources("SOURCE_API_URL=https://a.example", Map.of()), Map.of(
                "SOURCE_API_URL", seen::add, "UPSTREAM_EXTRA_HEADERS_JSON", seen::add));
        assertEquals(List.of("https://a.example"), seen);
    }

    @Test
    void treatsAMapLikeFlags() {
        assertEquals("--set", Config.of(Map.of("PORT", "1")).origin(Setting.PORT));
        assertEquals("--set: PORT: 'x' is not a whole number",
                assertThrows(IllegalArgumentException.class, () -> Config.of(Map.of("PORT", "x")))
                        .getMessage());
    }

    private Config file(String text) throws IOException, ConfigException {
        return load(text, Map.of());
    }

    private Config load(String file, Map<String, String> environment, Given... flags)
            throws IOException, ConfigException {
        return Config.load(sources(file, environment, flags), Map.of());
    }

    private ConfigSources sources(String file, Map<String, String> environment, Given... flags)
            throws IOException {
        Path path = Files.writeString(directory.resolve("proxy.properties"), file);
        return new ConfigSources(Optional.of(path), environment, List.of(flags));
    }
}
