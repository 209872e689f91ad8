package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The keys in the files of OPENAI_API_KEY_FILE and PROXY_API_KEYS_FILE.
final class KeyFileTest {
    @TempDir
    private Path directory;

    @Test
    void readsTheKeyOutOfTheFileWithoutBlanksBehindIt() throws Exception {
        for (String end : List.of("", "\n", "\r\n", " \n\n")) {
            Config config = environment("OPENAI_API_KEY_FILE", write("sk-in-a-file" + end));
            assertEquals(List.of(new Secret("sk-in-a-file")),
                    config.get(Setting.OPENAI_API_KEY));
        }
    }

    @Test
    void refusesAKeyWithABlankInIt() throws IOException {
        assertEquals(List.of("environment: OPENAI_API_KEY_FILE:"
                        + " a key has only visible ASCII characters and no blanks"),
                problems(Map.of("OPENAI_API_KEY_FILE", write("sk-in a-file\n"))));
    }

    @Test
    void readsAListWithAKeyOnEachLine() throws Exception {
        Config config = Config.load(sources(Map.of("OPENAI_API_KEY", "sk-a",
                "PROXY_API_KEYS_FILE", write("first-key\nsecond-key\n\n"))), Map.of());
        assertEquals(List.of(new Secret("first-key"), new Secret("second-key")),
                config.get(Setting.PROXY_API_KEYS));
    }

    @Test
    void showsTheOriginButNeitherKeyNorPath() throws Exception {
        Config config = environment("OPENAI_API_KEY_FILE", write("sk-in-a-file\n"));
        assertEquals("environment, OPENAI_API_KEY_FILE", config.origin(Setting.OPENAI_API_KEY));
        assertTrue(config.print().contains(
                "\nOPENAI_API_KEY=***  # environment, OPENAI_API_KEY_FILE\n"), config.print());
    }

    @Test
    void namesTheFileThatIsNotThere() {
        Path missing = directory.resolve("missing");
        assertEquals(List.of("environment: OPENAI_API_KEY_FILE: "
                        + missing + " cannot be read: no such file"),
                problems(Map.of("OPENAI_API_KEY_FILE", missing.toString())));
    }

    @Test
    void namesTheFileThatIsEmpty() throws IOException {
        for (String text : List.of("", "\n", " \n\n")) {
            String path = write(text);
            assertEquals(List.of("environment: PROXY_API_KEYS_FILE: " + path + " is empty"),
                    problems(Map.of("PROXY_API_KEYS_FILE", path)));
        }
    }

    @Test
    void refusesAKeyAndItsFileInOneSource() throws IOException {
        List<String> problems = problems(
                Map.of("OPENAI_API_KEY", "sk-a", "OPENAI_API_KEY_FILE", write("sk-b")));
        assertEquals(List.of("environment: OPENAI_API_KEY:"
                + " OPENAI_API_KEY_FILE is set as well, keep one of them"), problems);
    }

    @Test
    void letsTheStrongerSourceWinWhicheverFormItUses() throws Exception {
        ConfigSources keyWins = sources(
                Map.of("OPENAI_API_KEY_FILE", directory.resolve("missing").toString()))
                .with(new Given("OPENAI_API_KEY", "sk-flag", "--set"));
        assertEquals(List.of(new Secret("sk-flag")),
                Config.load(keyWins, Map.of()).get(Setting.OPENAI_API_KEY));

        ConfigSources fileWins = sources(Map.of("OPENAI_API_KEY", "sk-environment"))
                .with(new Given("OPENAI_API_KEY_FILE", write("sk-file"), "--set"));
        assertEquals(List.of(new Secret("sk-file")),
                Config.load(fileWins, Map.of()).get(Setting.OPENAI_API_KEY));
    }

    @Test
    void treatsAnEmptyFileSettingAsNotSet() throws Exception {
        Config config = Config.load(sources(
                Map.of("OPENAI_API_KEY", "sk-a", "OPENAI_API_KEY_FILE", "")), Map.of());
        assertEquals(List.of(new Secret("sk-a")), config.get(Setting.OPENAI_API_KEY));
    }

    private String write(String text) throws IOException {
        return Files.writeString(directory.resolve("key"), text).toString();
    }

    private static Config environment(String name, String value) throws ConfigException {
        return Config.load(sources(Map.of(name, value)), Map.of());
    }

    private static ConfigSources sources(Map<String, String> environment) {
        return new ConfigSources(Optional.empty(), environment, List.of());
    }

    private static List<String> problems(Map<String, String> environment) {
        return assertThrows(ConfigException.class,
                () -> Config.load(sources(environment), Map.of())).problems();
    }
}
