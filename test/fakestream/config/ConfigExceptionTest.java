package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigExceptionTest {
    private static final Map<String, Consumer<String>> NO_CHECKS = Map.of();

    @TempDir
    private Path directory;

    @Test
    void listsAllProblemsAtOnce() throws IOException {
        Path file = Files.writeString(directory.resolve("proxy.properties"), """
                PORT=65536
                nonsense
                HEARTBEAT_INTERVAL=5
                HEARTBEAT_INTERVAL_MS=100
                """);
        ConfigSources sources = new ConfigSources(Optional.of(file),
                Map.of("LOG_LEVEL", "loud", "OPENAI_API_KEY", "sk-bad key"),
                List.of(new Given("HOST", "http://x", "--host"), new Given("FOO", "1", "--set")));
        assertEquals(List.of(
                file + ":2: this line has no '=': expected NAME=VALUE",
                file + ":3: HEARTBEAT_INTERVAL: unknown setting;"
                        + " did you mean HEARTBEAT_INTERVAL_MS?",
                "--set: FOO: unknown setting",
                "--host: HOST: 'http://x' is not a host name or an IP address;"
                        + " a port belongs in PORT",
                file + ":1: PORT: 65536 is above 65535",
                "environment: OPENAI_API_KEY:"
                        + " a key has only visible ASCII characters and no blanks",
                file + ":4: HEARTBEAT_INTERVAL_MS: 100 is below 500",
                "environment: LOG_LEVEL: 'loud' is not one of error, warn, info, debug"),
                problems(sources, NO_CHECKS));
    }

    @Test
    void namesBothLinesOfANameGivenTwice() throws IOException {
        Path file = Files.writeString(directory.resolve("p"), "PORT=1\n\nPORT=\nexport PORT=2\n");
        assertEquals(List.of(
                file + ":3: PORT: given twice, first at " + file + ":1",
                file + ":4: PORT: given twice, first at " + file + ":1"),
                problems(new ConfigSources(Optional.of(file), Map.of(), List.of()), NO_CHECKS));
    }

    @Test
    void namesAFileThatCannotBeRead() {
        Path file = directory.resolve("missing");
        assertEquals(List.of(file + " cannot be read: no such file"),
                problems(new ConfigSources(Optional.of(file), Map.of(), List.of()), NO_CHECKS));
    }

    @Test
    void requiresAnUpstreamForEachNumberedSetting() {
        assertEquals(List.of("--set: FALLBACK_2_API_KEY: there is no upstream for it, set "
                        + "FALLBACK_2_API_URL too"),
                problems(flags("FALLBACK_2_API_KEY", "sk-b",
                        "FALLBACK_1_API_URL", "https://b.example"), NO_CHECKS));
    }

    @Test
    void reportsTheProblemOfAnExternalCheck() {
        ConfigSources sources = flags("SOURCE_API_URL", "api.example", "PORT", "x");
        Consumer<String> check = text -> {
            throw new IllegalArgumentException("'" + text + "' has no scheme");
        };
        assertEquals(List.of("--set: PORT: 'x' is not a whole number",
                        "--set: SOURCE_API_URL: 'api.example' has no scheme"),
                problems(sources, Map.of("SOURCE_API_URL", check)));
    }

    @Test
    void reportsAProblemInOneLineForAnyValue() {
        assertEquals(List.of("--set: PORT: '1 2 [31m' is not a whole number"),
                problems(flags("PORT", "1\r\n2\u001B[31m"), NO_CHECKS));
    }

    @Test
    void requiresAnUpstreamKeyIfTheProxyHasKeys() {
        assertEquals(List.of("--set: PROXY_API_KEYS:"
                        + " there is no key to send upstream, set OPENAI_API_KEY too"),
                problems(flags("PROXY_API_KEYS", "client-key-1"), NO_CHECKS));
        assertStarts("PROXY_API_KEYS", "client-key-1", "OPENAI_API_KEY", "sk-a");
    }

    @Test
    void requiresAKeyIfEveryClientMayUseIt() {
        assertEquals(List.of("--set: ALLOW_ENV_API_KEY:"
                        + " there is no key to use, set OPENAI_API_KEY too"),
                problems(flags("ALLOW_ENV_API_KEY", "true"), NO_CHECKS));
        assertStarts("ALLOW_ENV_API_KEY", "true", "OPENAI_API_KEY", "sk-a");
    }

    @Test
    void refusesToLendTheKeyToOtherMachines() {
        List<String> problems = problems(flags("ALLOW_ENV_API_KEY", "true",
                "OPENAI_API_KEY", "sk-a", "HOST", "0.0.0.0"), NO_CHECKS);
        assertEquals(1, problems.size());
        assertTrue(problems.getFirst().startsWith("--set: ALLOW_ENV_API_KEY: anyone who reaches "
                + "HOST 0.0.0.0 could spend OPENAI_API_KEY"), problems.getFirst());
    }

    @Test
    void lendsTheKeyOnLoopbackOrToKnownClientsOrToAllIfAllowed() {
        for (String host : List.of("127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost")) {
            assertStarts("ALLOW_ENV_API_KEY", "true", "OPENAI_API_KEY", "sk-a", "HOST", host);
        }
        assertStarts("ALLOW_ENV_API_KEY", "true", "OPENAI_API_KEY", "sk-a",
                "HOST", "0.0.0.0", "PROXY_API_KEYS", "client-key-1");
        assertStarts("ALLOW_ENV_API_KEY", "true", "OPENAI_API_KEY", "sk-a",
                "HOST", "0.0.0.0", "ALLOW_OPEN_RELAY", "true");
        assertStarts("OPENAI_API_KEY", "sk-a", "HOST", "0.0.0.0");
    }

    @Test
    void reportsNoFollowingProblemOfAnInvalidValue() {
        assertEquals(List.of("--set: OPENAI_API_KEY:"
                        + " a key has only visible ASCII characters and no blanks"),
                problems(flags("OPENAI_API_KEY", "a b", "PROXY_API_KEYS", "client-key-1",
                        "ALLOW_ENV_API_KEY", "true"), NO_CHECKS));
        assertEquals(List.of("--set: HEARTBEAT_INTERVAL_MS: 'x' is not a whole number"),
                problems(flags("HEARTBEAT_INTERVAL_MS", "x"), NO_CHECKS));
    }

    @Test
    void neverShowsTheValueOfASecret() {
        List<String> problems = problems(flags("OPENAI_API_KEY", "sk-hidden key",
                "PROXY_API_KEYS", "short,hidden-key", "sk-hidden-too", "1"), NO_CHECKS);
        assertEquals(3, problems.size());
        assertFalse(String.join("\n", problems).contains("hidden"), problems.toString());
    }

    private static ConfigSources flags(String... namesAndValues) {
        ConfigSources sources = new ConfigSources(Optional.empty(), Map.of(), List.of());
        for (int i = 0; i < namesAndValues.length; i += 2) {
            sources = sources.with(new Given(namesAndValues[i], namesAndValues[i + 1], "--set"));
        }
        return sources;
    }

    private static void assertStarts(String... namesAndValues) {
        try {
            Config.load(flags(namesAndValues), NO_CHECKS);
        } catch (ConfigException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    private static List<String> problems(
            ConfigSources sources, Map<String, Consumer<String>> checks) {
        return assertThrows(ConfigException.class, () -> Config.load(sources, checks)).problems();
    }
}
