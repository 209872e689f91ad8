package fakestream.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Holds README's table of settings to the code.
final class ReadmeTest {

    @Test
    void tableOfSettingsIsTheCodes() throws IOException {
        var root = Path.of(System.getProperty("fakestream.root", "."));
        assertTrue(Files.readString(root.resolve("README.md"))
                .contains(SettingsTable.markdownRows()),
                () -> "the rows should be:\n" + SettingsTable.markdownRows());
    }
}
