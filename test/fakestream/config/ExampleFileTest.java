package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Compares `proxy.properties.example` with the settings; run from the top of the checkout.
final class ExampleFileTest {
    private static final Path EXAMPLE = Path.of("proxy.properties.example");
    private static final Pattern ASSIGNMENT = Pattern.compile("(?m)^#?([A-Z0-9_]+)=(.*)$");

    /// All settings; a numbered one with its first number.
    private static Stream<Setting<?>> settings() {
        return Setting.EACH.stream().filter(setting -> setting.form().equals(setting.name())
                || setting.name().contains("_1_"));
    }

    @Test
    void yieldsExactlyTheDefaults() throws ConfigException {
        Config example = Config.load(
                new ConfigSources(Optional.of(EXAMPLE), Map.of(), List.of()), Map.of());
        Config defaults = Config.of(Map.of());
        for (Setting<?> setting : settings().toList()) {
            assertEquals(defaults.get(setting), example.get(setting), setting.name());
            assertEquals(!setting.fallback().isEmpty(),
                    example.origin(setting).startsWith(EXAMPLE + ":"), setting.name());
        }
    }

    @Test
    void givesEverySettingOnceInOrderWithItsDefault() throws IOException {
        List<String> expected = settings()
                .flatMap(setting -> Stream.concat(
                        Stream.of(setting.name() + "=" + setting.fallback()),
                        setting.fileTwin().stream().map(twin -> twin + "=")))
                .toList();
        Matcher lines = ASSIGNMENT.matcher(Files.readString(EXAMPLE));
        assertEquals(expected,
                lines.results().map(line -> line.group(1) + "=" + line.group(2)).toList());
    }

    @Test
    void explainsEverySettingAboveItsLine() throws IOException {
        List<String> lines = Files.readAllLines(EXAMPLE);
        for (int i = 0; i < lines.size(); i++) {
            if (ASSIGNMENT.matcher(lines.get(i)).matches()) {
                assertTrue(lines.get(i - 1).startsWith("# "), lines.get(i));
            }
        }
    }

    @Test
    void namesTheBoundsOfEverySetting() throws IOException {
        String text = Files.readString(EXAMPLE);
        Pattern range = Pattern.compile("\\((\\d+)\\.\\.(\\d+)( ms| bytes)?\\)$");
        for (Setting<?> setting : settings().toList()) {
            Matcher bounds = range.matcher(setting.meaning());
            if (bounds.find()) {
                String words = bounds.group(1) + " to " + bounds.group(2);
                assertTrue(paragraph(text, setting.name()).contains(words), setting.name());
            }
        }
    }

    @Test
    void keepsLinesWithinAHundredColumns() throws IOException {
        Files.readAllLines(EXAMPLE).forEach(line -> assertTrue(line.length() <= 100, line));
    }

    private static String paragraph(String text, String name) {
        return Stream.of(text.split("\n\n"))
                .filter(part -> Pattern.compile("(?m)^#?" + name + "=").matcher(part).find())
                .findFirst().orElseThrow()
                .replaceAll("\n# ", " ");
    }
}
