package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Compares README with the code: its settings, its rooms, its links and its length.
final class ReadmeTest {
    private static final Path ROOT = Path.of(System.getProperty("fakestream.root", "."));
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\|.*\n");
    private static final Pattern NAME = Pattern.compile("`([A-Z]+(?:_[A-Z]+)+)\\b");
    private static final Pattern ROOM = Pattern.compile("(?m)(?:^\\| |\\G, )`([a-z]+)`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]*)(?:#([^)]*))?\\)");
    private static final String CHINESE = "## 中文";

    @Test
    void listsSettingsAsTheCodeDoes() throws IOException {
        var rows = ROW.matcher(section("Settings that people need")).results()
                .map(row -> row.group()).toList();
        assertTrue(rows.size() >= 12, rows::toString);
        var ofCode = SettingsTable.markdownRows().lines().map(line -> line + "\n").toList();
        var inOrder = ofCode.stream().filter(rows::contains).toList();
        assertEquals(String.join("", inOrder), String.join("", rows), "the rows should be among:\n"
                + SettingsTable.markdownRows());
    }

    @Test
    void namesNoSettingThatDoesNotExist() throws IOException {
        var known = Setting.ALL.stream().flatMap(setting ->
                Stream.concat(Stream.of(setting.name()), setting.fileTwin().stream()))
                .collect(Collectors.toSet());
        var named = NAME.matcher(readme()).results().map(name -> name.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        named.removeAll(known);
        assertEquals(Set.of("FAKESTREAM_JAVA_OPTS"), named);
    }

    @Test
    void namesEachRoom() throws IOException {
        var named = ROOM.matcher(section("Developing")).results().map(room -> room.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        try (var below = Files.list(ROOT.resolve("src/fakestream"))) {
            assertEquals(below.filter(Files::isDirectory).map(room -> room.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new)), named);
        }
    }

    @Test
    void hasNoBrokenLink() throws IOException {
        var files = List.of("README.md", "test/agents/README.md", "test/bench/README.md",
                "test/browser/README.md", "test/clients/README.md", "test/scale/README.md",
                "test/strangers/README.md");
        for (var file : files) {
            var text = Files.readString(ROOT.resolve(file));
            for (var link : LINK.matcher(text).results().toList()) {
                var target = link.group(1);
                assertTrue(target.isEmpty() ? anchors(text).contains(link.group(2))
                        : Files.exists(ROOT.resolve(file).resolveSibling(target)),
                        () -> file + " has a dead link: " + link.group());
            }
        }
    }

    @Test
    void isShorterThanThreeHundredAndTwentyLines() throws IOException {
        assertTrue(readme().lines().count() < 320);
    }

    private static Set<String> anchors(String text) {
        return text.lines().filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} -]", "").replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    /// The English text under a heading.
    private static String section(String heading) throws IOException {
        var english = readme().split(CHINESE + "\n", 2)[0];
        return english.split("(?m)^## " + heading + "\n", 2)[1].split("(?m)^## ", 2)[0];
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }
}
