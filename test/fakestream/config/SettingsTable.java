package fakestream.config;

import java.util.stream.Collectors;

/// The settings as rows of README's table, so that a test can compare README with them.
public final class SettingsTable {
    private SettingsTable() {
    }

    /// One row `| NAME | default | meaning |` for each setting, in order, each ended by a newline.
    public static String markdownRows() {
        return Setting.ALL.stream().map(SettingsTable::row).collect(Collectors.joining());
    }

    private static String row(Setting<?> setting) {
        String fallback = setting.fallback().isEmpty() ? "-" : "`" + setting.fallback() + "`";
        String meaning = setting.meaning().replace("|", "\\|");
        return "| `" + setting.name() + "` | " + fallback + " | " + meaning + " |\n";
    }
}
