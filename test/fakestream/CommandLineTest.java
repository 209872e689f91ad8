package fakestream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fakestream.CommandLine.Action;
import fakestream.CommandLine.UsageException;
import fakestream.config.Config;
import fakestream.config.ConfigSources;
import fakestream.config.Given;
import fakestream.config.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CommandLineTest {
    @TempDir
    private Path directory;

    @Test
    void runsWithoutArguments() throws UsageException {
        assertEquals(new CommandLine(Action.RUN, false, Optional.empty(), List.of()),
                CommandLine.parse());
    }

    @Test
    void turnsOptionsIntoSettingsInTheirOrder() throws UsageException {
        assertEquals(List.of(
                new Given("HOST", "::1", "--host"),
                new Given("PORT", "8080", "--port"),
                new Given("SOURCE_API_URL", "http://a.example/v1", "--upstream"),
                new Given("CHUNK_DELAY_MS", "0", "--set"),
                new Given("UPSTREAM_EXTRA_HEADERS_JSON", "{\"a\":\"b=c\"}", "--set")),
                CommandLine.parse("--host", "::1", "--port", "8080",
                        "--upstream", "http://a.example/v1", "--set", "CHUNK_DELAY_MS=0",
                        "--set", "UPSTREAM_EXTRA_HEADERS_JSON={\"a\":\"b=c\"}").flags());
    }

    @Test
    void acceptsAValueAfterAnEqualsSign() throws UsageException {
        CommandLine line = CommandLine.parse(
                "--port=8080", "--set=DEBUG=1", "--set", " DEBUG = 0 ", "--config=a=b");
        assertEquals(List.of(new Given("PORT", "8080", "--port"),
                new Given("DEBUG", "1", "--set"), new Given("DEBUG", "0", "--set")), line.flags());
        assertEquals(Optional.of(Path.of("a=b")), line.config());
    }

    @Test
    void acceptsANegativeNumberAsAValue() throws UsageException {
        assertEquals(List.of(new Given("PORT", "-1", "--port")),
                CommandLine.parse("--port", "-1").flags());
    }

    @Test
    void recognisesTheShortOptions() throws UsageException {
        assertEquals(Optional.of(Path.of("x")), CommandLine.parse("-c", "x").config());
        assertEquals(Action.HELP, CommandLine.parse("-h").action());
        assertEquals(Action.VERSION, CommandLine.parse("-V").action());
    }

    @Test
    void recognisesTheActions() throws UsageException {
        assertEquals(Action.CHECK_CONFIG, CommandLine.parse("--check-config").action());
        assertEquals(Action.PRINT_CONFIG, CommandLine.parse("--print-config").action());
        assertEquals(Action.HELP, CommandLine.parse("--help").action());
        assertEquals(Action.VERSION, CommandLine.parse("--version").action());
        assertTrue(CommandLine.parse("--demo").demo());
        assertEquals(Action.RUN, CommandLine.parse("--demo").action());
    }

    @Test
    void runsTheStrongestOfSeveralActions() throws UsageException {
        assertEquals(Action.PRINT_CONFIG,
                CommandLine.parse("--print-config", "--check-config").action());
        assertEquals(Action.HELP, CommandLine.parse("--help", "--version", "--demo").action());
    }

    @Test
    void refusesUnknownOptions() {
        assertEquals("there is no option --prot", problem("--prot", "80"));
        assertEquals("there is no option --key", problem("--key=sk-secret"));
        assertEquals("there is no option -p", problem("-p", "80"));
        assertEquals("there is no option --", problem("--"));
    }

    @Test
    void refusesAnArgumentThatIsNotAnOptionWithoutRepeatingIt() {
        assertEquals("argument 3 is neither an option nor its value",
                problem("--set", "OPENAI_API_KEY=", "sk-secret"));
        assertEquals("argument 1 is neither an option nor its value", problem(""));
    }

    @Test
    void refusesAMissingValue() {
        assertEquals("--port needs a value: N", problem("--port"));
        assertEquals("--port needs a value: N", problem("--port="));
        assertEquals("--port needs a value: N", problem("--port", ""));
        assertEquals("--port needs a value: N", problem("--port", "--demo"));
        assertEquals("--port needs a value: N", problem("--port", "--set=OPENAI_API_KEY=sk"));
        assertEquals("--config needs a value: FILE", problem("-c", "-h"));
    }

    @Test
    void refusesAValueThatIsNotWanted() {
        assertEquals("--demo takes no value", problem("--demo=yes"));
        assertEquals("--help takes no value", problem("--help="));
    }

    @Test
    void refusesASetWithoutANameOrWithoutEquals() {
        assertEquals("--set needs NAME=VALUE", problem("--set", "DEBUG"));
        assertEquals("--set needs NAME=VALUE", problem("--set", "=1"));
    }

    @Test
    void refusesTwoFiles() {
        assertEquals("--config is given twice; there is one file of settings",
                problem("-c", "a", "--config", "b"));
    }

    @Test
    void usesANamedFileEvenIfItDoesNotExist() throws Exception {
        Files.writeString(directory.resolve("proxy.properties"), "PORT=1");
        ConfigSources sources = CommandLine.parse("--config", "other", "--port", "2")
                .sources(Map.of("DEBUG", "1"), directory);
        assertEquals(Optional.of(directory.resolve("other")), sources.file());
        assertEquals(Map.of("DEBUG", "1"), sources.environment());
        assertEquals(List.of(new Given("PORT", "2", "--port")), sources.flags());
    }

    @Test
    void usesTheDefaultFileIfItExists() throws Exception {
        CommandLine line = CommandLine.parse();
        assertEquals(Optional.empty(), line.sources(Map.of(), directory).file());

        Path file = Files.writeString(directory.resolve("proxy.properties"), "PORT=1");
        assertEquals(Optional.of(file), line.sources(Map.of(), directory).file());
        assertEquals(1, Config.load(line.sources(Map.of(), directory), Map.of())
                .get(Setting.PORT));
    }

    @Test
    void resolvesAFileAgainstTheWorkingDirectoryOnly() throws UsageException {
        Path absolute = directory.resolve("x").toAbsolutePath();
        assertEquals(Optional.of(absolute), CommandLine.parse("-c", absolute.toString())
                .sources(Map.of(), Path.of("elsewhere")).file());
        assertEquals(Optional.of(Path.of("x")),
                CommandLine.parse("-c", "x").sources(Map.of(), Path.of("")).file());
    }

    @Test
    void neverShowsASecretWhenPrinted() throws UsageException {
        String text = CommandLine.parse("--set", "OPENAI_API_KEY=sk-secret").toString();
        assertFalse(text.contains("sk-secret"), text);
    }

    @Test
    void helpsWithEverySettingInOrder() {
        String help = CommandLine.help().replaceAll("\\s+", " ");
        int at = 0;
        for (Setting<?> setting : Setting.ALL) {
            String fallback = setting.fallback().isEmpty() ? "-" : setting.fallback();
            String row = " " + setting.name() + " " + fallback + " " + setting.meaning() + " ";
            at = help.indexOf(row, at);
            assertTrue(at >= 0, row);
        }
    }

    @Test
    void helpsWithOptionsOrderAndExitCodes() {
        String help = CommandLine.help();
        for (String option : List.of("-c, --config FILE", "--host ADDR", "--port N",
                "--upstream URL", "--set NAME=VALUE", "--check-config", "--print-config", "--demo",
                "-h, --help", "-V, --version")) {
            assertTrue(help.contains(option + " "), option);
        }
        assertTrue(help.startsWith("Usage: java -jar fakestream.jar [OPTION]...\n"));
        for (String code : List.of("0 stopped", "1 could not run", "64 bad command", "78 bad")) {
            assertTrue(help.contains(code), code);
        }
        assertTrue(help.endsWith("Java.\n"));
    }

    @Test
    void helpsInAHundredColumnsWithoutTrailingBlanks() {
        CommandLine.help().lines().forEach(line -> {
            assertTrue(line.length() <= 100, line);
            assertEquals(line.stripTrailing(), line);
        });
    }

    private static String problem(String... args) {
        return assertThrows(UsageException.class, () -> CommandLine.parse(args)).getMessage();
    }
}
